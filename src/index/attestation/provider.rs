//! The arithmetic of signatures for `sigstore-verify`: by ring and sha2, which are here for TLS and digests anyway,
//! so that its own choice, a second library in C, is not needed. It only verifies.

use std::sync::OnceLock;

use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use sha2::Digest as _;
use sigstore_verify::crypto::{CryptoProvider, Error, HashContext, SigningScheme, install_default_provider};
use sigstore_verify::types::HashAlgorithm;

type Result<T> = std::result::Result<T, Error>;

/// Makes this the arithmetic of `sigstore-verify` in this process: it panics without one, so this comes before any use.
pub(super) fn install() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        // Somebody else's is refused and harmless: nobody else here has one.
        let _ = install_default_provider(&Ring);
    });
}

#[derive(Debug)]
struct Ring;

/// A digest under way.
struct Hash<D>(D);

impl<D: sha2::Digest + Send> HashContext for Hash<D> {
    fn update(&mut self, data: &[u8]) {
        sha2::Digest::update(&mut self.0, data);
    }

    fn finalize(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

fn algorithm(scheme: SigningScheme) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match scheme {
        SigningScheme::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_ASN1,
        SigningScheme::EcdsaP256Sha384 => &signature::ECDSA_P256_SHA384_ASN1,
        SigningScheme::EcdsaP384Sha256 => &signature::ECDSA_P384_SHA256_ASN1,
        SigningScheme::EcdsaP384Sha384 => &signature::ECDSA_P384_SHA384_ASN1,
        SigningScheme::Ed25519 => &signature::ED25519,
        SigningScheme::RsaPssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
        SigningScheme::RsaPssSha384 => &signature::RSA_PSS_2048_8192_SHA384,
        SigningScheme::RsaPssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
        SigningScheme::RsaPkcs1Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        SigningScheme::RsaPkcs1Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        SigningScheme::RsaPkcs1Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        // ML-DSA: ring has none, and no log or authority of the trusted root signs so.
        _ => return None,
    })
}

fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::UnsupportedAlgorithm(what.to_string())
}

impl CryptoProvider for Ring {
    fn hash(&self, algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>> {
        match algorithm {
            HashAlgorithm::Sha2256 => Ok(Box::new(Hash(sha2::Sha256::new()))),
            HashAlgorithm::Sha2384 => Ok(Box::new(Hash(sha2::Sha384::new()))),
            HashAlgorithm::Sha2512 => Ok(Box::new(Hash(sha2::Sha512::new()))),
            other => Err(unsupported(other)),
        }
    }

    fn verify_raw(&self, scheme: SigningScheme, key: &[u8], data: &[u8], signature: &[u8]) -> Result<()> {
        let algorithm = algorithm(scheme).ok_or_else(|| unsupported(scheme.name()))?;
        let verified = UnparsedPublicKey::new(algorithm, key).verify(data, signature);
        verified.map_err(|_| Error::Verification(format!("the signature ({}) is not valid", scheme.name())))
    }

    /// ring has no way to verify a digest alone, and what is verified here is at hand whole.
    fn verify_prehashed(&self, scheme: SigningScheme, _: &[u8], _: &[u8], _: &[u8]) -> Result<()> {
        Err(unsupported(format!("{} of a digest", scheme.name())))
    }
}
