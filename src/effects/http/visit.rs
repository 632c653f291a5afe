//! Visiting an address as a reader of a document would: is it there, and where does it lead. Nothing of an answer but its
//! head is read, and nothing is sent that says who asks: no credentials, no cookies.
//!
//! Addresses come from documents that strangers change. So that nobody has a machine ask around in its own network,
//! hosts that are not public are not asked, by their names, by their addresses, or by what their names resolve to; but for
//! those that the configuration names in `plain-http`.

#![expect(clippy::disallowed_methods, reason = "this is the door to the network, and each visit has its time")]

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Method, Url};

use super::{Answer, HttpLook, Limits, Settings, no_client};
use crate::effects::error::EffectsError;
use crate::effects::signals;

/// How often an address may lead elsewhere.
pub const REDIRECTS: usize = 5;

/// How a visit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visited {
    /// With an answer.
    Answered {
        /// The status of the last answer.
        status: u16,
        /// Where the address has moved to for good (301, 308), if it has.
        moved: Option<Url>,
    },
    /// Nobody has this name.
    NoSuchName(String),
    /// The server is not the one that it should be, or speaks no TLS: why.
    Untrusted(&'static str),
    /// No answer that says anything: why.
    Unclear(&'static str),
    /// The host is not public: it was not asked.
    Inner,
}

/// What came of one address on the way.
enum Hop {
    Leads { to: Url, for_good: bool },
    Ends(Visited),
}

impl HttpLook<'_> {
    /// Visits an address: by HEAD, and by GET where the server does not take that, with at most [`REDIRECTS`] redirects,
    /// all within `patience`. Name and password are taken out of addresses.
    ///
    /// # Errors
    /// Somebody asked to stop, or the network is off.
    pub fn visit(self, url: &Url, patience: Duration) -> Result<Visited, EffectsError> {
        let until = Instant::now() + patience;
        let mut at = bare(url.clone());
        let (mut moved, mut for_good) = (None, true);
        for redirects in 0..=REDIRECTS {
            match self.hop(&at, until)? {
                Hop::Ends(Visited::Inner) if redirects > 0 => {
                    return Ok(Visited::Unclear("a redirect to a host that is not public"));
                }
                Hop::Ends(Visited::Answered { status, .. }) => return Ok(Visited::Answered { status, moved }),
                Hop::Ends(visited) => return Ok(visited),
                Hop::Leads { to, for_good: is_for_good } => {
                    for_good = for_good && is_for_good;
                    at = bare(to);
                    if for_good {
                        moved = Some(at.clone());
                    }
                }
            }
        }
        Ok(Visited::Unclear("redirects without end"))
    }

    fn hop(self, url: &Url, until: Instant) -> Result<Hop, EffectsError> {
        signals::check()?;
        let is_named = self.settings.names(url);
        if self.settings.offline && !is_named {
            return Err(EffectsError::Offline { url: url.to_string() });
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Ok(Hop::Ends(Visited::Unclear("a redirect to what is no web page")));
        }
        if !is_named && let Some(known) = self.settings.known_without_asking(url, until) {
            return Ok(Hop::Ends(known));
        }
        let mut method = Method::HEAD;
        loop {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return Ok(Hop::Ends(Visited::Unclear(SILENT)));
            };
            let client = self.settings.visiting(is_named)?;
            let is_head = method == Method::HEAD;
            let asked = client.request(method, url.clone()).header("Accept", "text/html, */*;q=0.8");
            match asked.timeout(left).send() {
                // Some servers hang up on HEAD.
                Err(error) if is_head && !error.is_connect() && !error.is_timeout() => {}
                Err(error) => return Ok(Hop::Ends(unreached(&error, url))),
                // Many refuse it, and not all by the right number.
                Ok(answer) if is_head && matches!(answer.status().as_u16(), 403 | 404 | 405 | 501) => {}
                Ok(answer) => {
                    let answer = Answer::head(answer.status().as_u16(), answer.headers());
                    return Ok(answer_of(url, &answer));
                }
            }
            method = Method::GET;
        }
    }
}

const SILENT: &str = "no answer in time";

fn answer_of(url: &Url, answer: &Answer) -> Hop {
    let status = answer.status;
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Hop::Ends(Visited::Answered { status, moved: None });
    }
    match answer.location.as_ref().and_then(|location| url.join(location).ok()) {
        Some(to) => Hop::Leads { to, for_good: matches!(status, 301 | 308) },
        None => Hop::Ends(Visited::Unclear("a redirect to what is no address")),
    }
}

/// An address without name, password and fragment: what may be asked for and shown.
pub fn bare(mut url: Url) -> Url {
    // Both fail for addresses without a host, which have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}

impl Settings {
    /// The client for visits; for hosts that are not named one that resolves no name to an inner address.
    fn visiting(&self, is_named: bool) -> Result<reqwest::blocking::Client, EffectsError> {
        if is_named {
            return self.client(Limits::default());
        }
        if let Some(client) = self.public.get() {
            return Ok(client.clone());
        }
        let proxies = self.proxies.iter().filter_map(|(_, proxy)| host_of_proxy(proxy)).collect();
        let builder = self.configured(Limits::default(), 0)?.dns_resolver(Arc::new(Public { proxies }));
        let client = reqwest::blocking::ClientBuilder::from(builder).build().map_err(no_client)?;
        Ok(self.public.get_or_init(|| client).clone())
    }

    /// What is known of a host before it is asked.
    fn known_without_asking(&self, url: &Url, until: Instant) -> Option<Visited> {
        let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        // However an address was written, the reader of URLs has made it plain.
        if let Ok(address) = host.parse::<IpAddr>() {
            return is_inner(address).then_some(Visited::Inner);
        }
        let ends = |ends: &[&str]| ends.contains(&host.rsplit('.').next().unwrap_or_default());
        if ends(&["invalid"]) {
            return Some(Visited::NoSuchName(host.to_owned()));
        }
        let is_local = !host.contains('.') || ends(&["localhost", "local", "internal", "lan", "onion"]);
        if is_local || host.ends_with(".home.arpa") {
            return Some(Visited::Inner);
        }
        // A proxy resolves names by itself: it must not be sent to what is inside, as far as this machine knows.
        let is_proxied = self.proxies.iter().any(|(scheme, _)| scheme != "no");
        // Half of the time is left for the visit.
        let half = until.saturating_duration_since(Instant::now()) / 2;
        let found = is_proxied.then(|| lookup_within(host, half)).flatten()?;
        found.iter().any(|address| is_inner(address.ip())).then_some(Visited::Inner)
    }
}

fn host_of_proxy(proxy: &str) -> Option<String> {
    let with_scheme = if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") };
    Url::parse(&with_scheme).ok()?.host_str().map(str::to_owned)
}

/// Resolves a name, as long as there is time for it.
fn lookup_within(host: &str, patience: Duration) -> Option<Vec<SocketAddr>> {
    let (sender, receiver) = mpsc::channel();
    let host = host.to_owned();
    // The system's resolver cannot be stopped: it ends by itself, and nobody waits for it.
    std::thread::spawn(move || sender.send(lookup(&host)));
    receiver.recv_timeout(patience).ok()?.ok()
}

fn lookup(host: &str) -> io::Result<Vec<SocketAddr>> {
    Ok((host, 0).to_socket_addrs()?.collect())
}

/// Resolves names to public addresses only.
struct Public {
    /// The hosts of proxies, which usually are not public.
    proxies: Vec<String>,
}

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let is_proxy = self.proxies.contains(&host);
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || lookup(&host).map_err(|error| judged(&error))).await??;
            if !is_proxy && found.iter().any(|address| is_inner(address.ip())) {
                return Err(Unasked::Inner.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Without a way to the servers of names, some resolvers say that no name is there: so one is looked up that always is.
fn judged(error: &io::Error) -> Unasked {
    match has_no_such_name(error) && lookup("example.com").is_ok() {
        true => Unasked::NoSuchName,
        false => Unasked::NotResolved,
    }
}

/// Whether a resolver says that there is no such name, and not that it does not know at the moment. Systems say so in
/// words alone.
fn has_no_such_name(error: &io::Error) -> bool {
    const WORDS: [&str; 4] = ["not known", "No address associated", "does not resolve", "no usable address"];
    let text = error.to_string();
    WORDS.iter().any(|words| text.contains(words))
}

/// Why a name was not asked.
#[derive(Debug, Clone, Copy)]
enum Unasked {
    Inner,
    NoSuchName,
    NotResolved,
}

impl fmt::Display for Unasked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Unasked::Inner => "it is not public",
            Unasked::NoSuchName => "there is no such name",
            Unasked::NotResolved => "nobody resolves it",
        })
    }
}

impl Error for Unasked {}

/// Why there was no answer.
fn unreached(error: &reqwest::Error, url: &Url) -> Visited {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    // Sources do not nest deeply; the bound is against one that is its own.
    for _ in 0..16 {
        let Some(cause) = next else { break };
        match cause.downcast_ref::<Unasked>() {
            Some(Unasked::Inner) => return Visited::Inner,
            Some(Unasked::NoSuchName) => return Visited::NoSuchName(url.host_str().unwrap_or_default().to_owned()),
            Some(Unasked::NotResolved) => return Visited::Unclear("the name cannot be resolved at the moment"),
            None => {}
        }
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return Visited::Untrusted(of_tls(error));
        }
        // An error of the system that wraps another does not name it as its source.
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| cause.source());
    }
    Visited::Unclear(match () {
        () if error.is_timeout() => SILENT,
        () if error.is_connect() => "no connection",
        () => "an answer that cannot be read",
    })
}

/// In words of ours: certificates hold those of strangers.
fn of_tls(error: &rustls::Error) -> &'static str {
    use rustls::CertificateError as Bad;
    match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => "its certificate has expired",
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => "its certificate is not valid yet",
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "its certificate is of another host",
            Bad::UnknownIssuer => "nobody who is trusted has signed its certificate",
            Bad::Revoked => "its certificate is revoked",
            _ => "its certificate is not valid",
        },
        rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_) => "it speaks no TLS that is still safe",
        _ => "it speaks no TLS",
    }
}

/// Whether an address is one of this machine, of a private network, or of no host at all.
///
/// Follows the registries of special-purpose addresses of IANA (RFC 6890).
pub fn is_inner(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_inner_v4(address),
        IpAddr::V6(address) => is_inner_v6(address),
    }
}

fn is_inner_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_benchmark = a == 198 && (b == 18 || b == 19);
    let is_protocol = (a, b, c) == (192, 0, 0);
    // Where machines of Azure ask about themselves.
    let is_of_cloud = address.octets() == [168, 63, 129, 16];
    address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || is_shared
        || is_benchmark
        || is_protocol
        || is_of_cloud
}

fn is_inner_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_inner_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // Loopback, unspecified, and old forms of IPv4 (`::1.2.3.4`, `::ffff:1.2.3.4`).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => (high, low) == (0, 1) || v4(high, low),
        // IPv4 behind a translator (RFC 6052), of anywhere and of the own network.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0x64, 0xff9b, 1, ..] => true,
        // 6to4.
        [0x2002, high, low, ..] => v4(high, low),
        // Teredo, and what is discarded.
        [0x2001, 0, ..] | [0x100, 0, 0, 0, ..] => true,
        [first, ..] => {
            let is_unique_local = first & 0xfe00 == 0xfc00;
            // And site-local, as they were called before.
            let is_link_local = first & 0xff80 == 0xfe80;
            is_unique_local || is_link_local || address.is_multicast()
        }
    }
}
