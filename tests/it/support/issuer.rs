//! An issuer of identities on loopback: its keys, and a runner that asks it who the job is. The key is made for tests and
//! good for nothing else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use super::answering::{Answering, Asked};
use super::sandbox::NOW;

/// For whom the identities are made out.
pub(crate) const AUDIENCE: &str = "an-index";

type Claims = Arc<Mutex<BTreeMap<String, Value>>>;

pub(crate) struct Issuer {
    server: Answering,
    claims: Claims,
    count: Arc<Mutex<u64>>,
}

impl Issuer {
    /// An issuer of a job of `acme/demo`, workflow `release.yml`, environment `pypi`.
    pub(crate) fn start() -> Self {
        let claims: Claims = Arc::new(Mutex::new(claims()));
        let count: Arc<Mutex<u64>> = Arc::default();
        let (known, counted) = (Arc::clone(&claims), Arc::clone(&count));
        let server = Answering::start(move |asked: &Asked| {
            let target = asked.line.split(' ').nth(1).unwrap_or_default();
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let base = base(&asked.head);
            let document = match path {
                "/.well-known/openid-configuration" => json!({"issuer": base, "jwks_uri": format!("{base}/jwks")}),
                "/jwks" => keys(),
                "/idtoken" => {
                    let audience = query.split('&').find_map(|pair| pair.strip_prefix("audience=")).unwrap_or_default();
                    json!({"value": identity(&base, audience, &known.lock().expect("no panic"), &counted)})
                }
                _ => return (404, String::new()),
            };
            (200, document.to_string())
        });
        Issuer { server, claims, count }
    }

    /// Who it is.
    pub(crate) fn url(&self) -> String {
        self.server.url("")
    }

    /// What a runner has in `ACTIONS_ID_TOKEN_REQUEST_URL`.
    pub(crate) fn request_url(&self) -> String {
        self.server.url("/idtoken?api-version=2.0")
    }

    /// Gives every identity from now on another claim; `null` takes it away.
    pub(crate) fn set(&self, name: &str, value: Value) {
        let mut claims = self.claims.lock().expect("no panic");
        match value {
            Value::Null => claims.remove(name),
            value => claims.insert(name.to_owned(), value),
        };
    }

    /// An identity, with other claims than the usual ones.
    pub(crate) fn identity(&self, changes: &[(&str, Value)]) -> String {
        let mut claims = self.claims.lock().expect("no panic").clone();
        for (name, value) in changes {
            match value {
                Value::Null => claims.remove(*name),
                value => claims.insert((*name).to_owned(), value.clone()),
            };
        }
        identity(&self.url(), AUDIENCE, &claims, &self.count)
    }

    /// `trusted-publishing` of an index that trusts it.
    pub(crate) fn trust(&self) -> Value {
        json!({"audience": AUDIENCE, "issuer": self.url()})
    }
}

/// The publisher that the usual identities are of.
pub(crate) fn publisher() -> Value {
    json!({"repository": "acme/demo", "workflow": "release.yml", "environment": "pypi"})
}

fn claims() -> BTreeMap<String, Value> {
    let claims = json!({
        "sub": "repo:acme/demo:environment:pypi",
        "repository": "acme/demo",
        "repository_owner": "acme",
        "repository_owner_id": "1",
        "job_workflow_ref": "acme/demo/.github/workflows/release.yml@refs/tags/v1.0",
        "workflow_ref": "acme/demo/.github/workflows/release.yml@refs/tags/v1.0",
        "environment": "pypi",
        "event_name": "push",
        "ref": "refs/tags/v1.0",
        "sha": "0123456789012345678901234567890123456789",
    });
    claims.as_object().expect("a table").clone().into_iter().collect()
}

fn base(head: &str) -> String {
    let host = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("host: ").map(str::to_owned));
    format!("http://{}", host.expect("clients name the host"))
}

fn identity(issuer: &str, audience: &str, claims: &BTreeMap<String, Value>, count: &Mutex<u64>) -> String {
    let now = NOW.parse::<jiff::Timestamp>().expect("a time").as_second();
    let mut count = count.lock().expect("no panic");
    *count += 1;
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for (name, value) in [
        ("iss", json!(issuer)),
        ("aud", json!(audience)),
        ("iat", json!(now)),
        ("nbf", json!(now)),
        ("exp", json!(now + 300)),
        ("jti", json!(format!("identity-{count}"))),
    ] {
        all.insert(name.to_owned(), value);
    }
    all.extend(claims.clone());
    signed(&json!({"alg": "RS256", "typ": "JWT", "kid": "test"}), &json!(all))
}

/// A token with this header and these claims, signed by the key.
pub(crate) fn signed(header: &Value, claims: &Value) -> String {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let text = format!("{header}.{claims}");
    let key = key();
    let mut signature = vec![0; key.public().modulus_len()];
    let random = ring::rand::SystemRandom::new();
    key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).expect("it signs");
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn keys() -> Value {
    let public: PublicKeyComponents<Vec<u8>> = key().public().into();
    let [n, e] = [public.n, public.e].map(|number| URL_SAFE_NO_PAD.encode(number));
    json!({"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "test", "n": n, "e": e}]})
}

fn key() -> RsaKeyPair {
    let der = STANDARD.decode(KEY.concat()).expect("base64");
    RsaKeyPair::from_pkcs8(&der).expect("a key")
}

/// PKCS #8, in base64.
const KEY: [&str; 17] = [
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCwu+BDEQF5MVQP7/eDToPzVQbkhEFnhlxid8YKbUIxePBHIAIU",
    "U8/FosVnl7Q8RaNIy4UYNQ6+87TcQRC3ddjhp1eZ5KXRy7Vu7OLR/O5JrTQJdqzcKL+2MT4OB8EbaSxNXNVRROj/tMVbSutivDN2",
    "ph/TIt4nrxcyZVs4+vYTSn+pXCvtFKC4LUK+icx3YXaArgw5ftzI/mrMuUA06vopLG7PehRGO75y50Lu62024CrVzsr/EkMszGU6",
    "+OhU4riT7KtlG83SrqIKxJKQzoPNKlBVQAawXsurmIO5YLRdydYPwyXcPLQTHXeXjEp/ZcP2MA5zOu9IxRBJmgbnHla/AgMBAAEC",
    "ggEAMs+xKFcJT2ipPHPHe47lTN5TPvvvOe5dPUomO/UxpLuaiThgoKt//thPXPs2rGVxDorE1zLZ7HhwtSpXvgc5tZbBDtO4ANtK",
    "bHvasni/oZsUbOwbwqhMhfseVjZQhKr2O7/G7LidLHcyjo65ogdt3FzipXdO26XxS2HsmjM88EptIJrk35f0sKudLJgpg1icsiNB",
    "bkmh/t+PNduaJBy2xpKbiWfpdMtHEH7YO4WyAs+A9JubBOWRb5a1l2ujoOpOKWjRUCKxZLHQsPX41ulcy/3lNnnxdje2xlB1o6Pm",
    "S6dBhHrAQAaf7CUdIQHisXfeuZQASBKv8kZhNr6SOn/04QKBgQD4oZ/UTt4/NFglVaOxKDtylA41I17qiuGYo1fl/8KrZgOqKSur",
    "vcHYNGoNeIkPnW/e/RSHdmCb8SP7Z4E9Fexl1HRzRZve+y8k4sJmW75S+3O99Al55eF5VPrtc9O59qotxH4Q6MWoEyEYTvvFCp/f",
    "Ftvk0D4NQ/8VimFIFW/YCQKBgQC1+MNOQ4YTksYQHoHc3xxzInSWCidxN30Db1A7siSnhSh3v7iJIatiSyA9LLfi7ptCsAqe1F0c",
    "y91ipoiAjJH1HMv1J63H4jAYxHaq4JsT3HbjZ9PiaXb6DUIKaL8WLhfJ1FsOHraNOdLjbP19jrdFq9pD1Ky4pdNGMSmRxz6ahwKB",
    "gQC7alGpXv4GlLVxBxoJ+3K8TsBa69urXp7pSQ+D7wPV4WMXzEr//Vz2VaQvnVFrtNhUNV9ZMTFnuyDNbFsuKa11oO1ayvjQ33TN",
    "ECVLtRJFSQgZArB184O/ywAPJ8VMo5PqRfhlVKFRrYG/6iG8iOKz7m45D4QGyd+pZBMqnAYfyQKBgBIdXXPhDOvN5KGeJ9dQ7ogX",
    "mfuFrz96Apvg7N/EcBmtC8Y/86LTEziJuf/c/8E7d4E//Q6qnUpMkRFM+rGxTKZV44fYF1iaj6cnh5ijG0zy2XLx1wnm7c0enMBk",
    "hQE0PXH+DcJuFEYix3eUVfe1yVDKNsQh27/V4h5OrpCwgO7pAoGBALYV1BoKmBoNPFjgx7d5UZaR7cLCaIlWM6QuGXo7Za235dBe",
    "gjW0YI0HdoiOsXSqKc/+XBkpAnPiC+ye9LQga/VVese8QzopjyLxp0pHT1rjD5XuTNIQ/QVz+ydhfQRs71YhwWAoAAldrpk7QpnR",
    "rY7fXwAk5gFckvHr01zT+0yA",
];
