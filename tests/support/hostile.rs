//! Servers on loopback that misbehave as told, and one that is strict about digest.
//!
//! Each counts the requests that it got. A connection is answered one request after another until the script
//! says to close it. Nothing here knows the client.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use digest_auth::{AuthContext, AuthorizationHeader};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const PUBLIC_KEY: &str = "abcdefgh";
pub const PRIVATE_KEY: &str = "11111111-2222-3333-4444-555555555555";

/// A request, as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub line: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    pub body: String,
}

/// What to send back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub bytes: Vec<u8>,
    /// Close the connection afterwards.
    pub close: bool,
    /// Keep the connection open without a further word.
    pub hang: bool,
}

impl Reply {
    /// A whole answer with its length; `headers` are lines without their ends.
    pub fn new(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(body);
        Self { bytes, close: false, hang: false }
    }

    pub fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::new("200 OK", &["Content-Type: application/json"], body)
    }

    /// Exactly these bytes, then the end of the connection.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), close: true, hang: false }
    }

    pub fn then_hang(mut self) -> Self {
        self.hang = true;
        self
    }
}

/// A listening server. Ends with its runtime.
pub struct Server {
    pub base: String,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicUsize>,
    bytes_sent: Arc<AtomicUsize>,
}

impl Server {
    /// Answers each request by the script, which sees the request.
    pub async fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            requests: Arc::default(),
            connections: Arc::default(),
            bytes_sent: Arc::default(),
        };
        let script = Arc::new(script);
        let (requests, connections, sent) =
            (server.requests.clone(), server.connections.clone(), server.bytes_sent.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, script.clone(), requests.clone(), sent.clone()));
            }
        });
        server
    }

    /// Always the same answer.
    pub async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    /// Says this at once to whoever connects, and then only listens.
    pub async fn greeting(bytes: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.write_all(bytes).await;
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        });
        address
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Bytes that left before the client hung up.
    pub fn bytes_sent(&self) -> usize {
        self.bytes_sent.load(Ordering::SeqCst)
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<impl Fn(&Request) -> Reply>,
    requests: Arc<Mutex<Vec<Request>>>,
    sent: Arc<AtomicUsize>,
) {
    while let Some(request) = read(&mut stream).await {
        requests.lock().unwrap().push(request.clone());
        let reply = script(&request);
        for piece in reply.bytes.chunks(16 << 10) {
            if stream.write_all(piece).await.is_err() {
                return;
            }
            sent.fetch_add(piece.len(), Ordering::SeqCst);
        }
        if reply.hang {
            std::future::pending::<()>().await;
        }
        if reply.close {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
    }
    let text = String::from_utf8(bytes).ok()?;
    let mut lines = text.lines();
    let line = lines.next()?.to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: HashMap<_, _> =
        headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { line, headers, body: String::from_utf8(body).ok()? })
}

/// The digest check of a strict server: a count may be used once for each nonce, and a nonce a few times.
pub struct Digest {
    /// How many requests a nonce is good for.
    uses: usize,
    algorithm: &'static str,
    /// Whether every refusal says that the nonce was stale.
    stale: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    made: usize,
    /// Counts seen for each nonce that lives.
    seen: HashMap<String, HashSet<u32>>,
    /// All counts that were accepted, in order.
    accepted: Vec<u32>,
}

impl Digest {
    pub fn new(uses: usize) -> Self {
        Self { uses, algorithm: "MD5", stale: false, state: Mutex::default() }
    }

    #[must_use]
    pub fn algorithm(self, algorithm: &'static str) -> Self {
        Self { algorithm, ..self }
    }

    #[must_use]
    pub fn always_stale(self) -> Self {
        Self { stale: true, ..self }
    }

    /// Counts accepted so far, in order of arrival.
    pub fn accepted(&self) -> Vec<u32> {
        self.state.lock().unwrap().accepted.clone()
    }

    /// `reply` for a right answer to the challenge, a new challenge for anything else.
    pub fn guard(&self, request: &Request, reply: Reply) -> Reply {
        let mut state = self.state.lock().unwrap();
        if self.is_right(request, &mut state) {
            return reply;
        }
        state.made += 1;
        // The form of a recorded challenge, with the characters of its nonce.
        let nonce = format!("SlgYP7Tv3FS/BuCj+x4WQRIV1bNKd{:03}", state.made);
        let challenge = format!(
            "WWW-Authenticate: Digest realm=\"MMS Public API\", domain=\"\", nonce=\"{nonce}\", \
             algorithm={}, qop=\"auth\", stale={}",
            self.algorithm, self.stale
        );
        state.seen.insert(nonce, HashSet::new());
        Reply::new(
            "401 Unauthorized",
            &[&challenge],
            "{\n  \"error\" : 401,\n  \"reason\" : \"Unauthorized\"\n}",
        )
    }

    fn is_right(&self, request: &Request, state: &mut State) -> bool {
        let Some(header) = request.headers.get("authorization") else { return false };
        let Ok(given) = AuthorizationHeader::parse(header) else { return false };
        let path = request.line.split(' ').nth(1).unwrap_or_default();
        let mut expected = given.clone();
        expected.digest(&AuthContext::new(PUBLIC_KEY, PRIVATE_KEY, path));
        let right = given.uri == path
            && given.username == PUBLIC_KEY
            && given.qop.is_some()
            && given.algorithm.to_string() == self.algorithm
            && given.response == expected.response;
        let Some(seen) = state.seen.get_mut(&given.nonce).filter(|_| right && !self.stale) else {
            return false;
        };
        if seen.len() >= self.uses || !seen.insert(given.nc) {
            return false;
        }
        state.accepted.push(given.nc);
        true
    }
}
