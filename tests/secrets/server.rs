//! A server on loopback that writes down whatever it is sent, every byte, and answers as told. It serves as Atlas, as
//! the host that nobody may go to, and as a proxy. Nothing here knows the client.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A machine with one busy core reaches it only if something is stuck.
const DEADLINE: Duration = Duration::from_secs(60);

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query; for `CONNECT` the place.
    pub path: String,
    /// Head and body.
    pub text: String,
}

impl Request {
    /// Whether it has a header of that name, in lower case.
    pub fn has(&self, name: &str) -> bool {
        self.text.lines().any(|line| line.to_lowercase().starts_with(&format!("{name}:")))
    }
}

#[derive(Default)]
struct Recorded {
    requests: Mutex<Vec<Request>>,
    more: Condvar,
}

/// Ends with the process.
pub struct Server {
    /// Host and port.
    pub place: String,
    requests: Arc<Recorded>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    /// Answers by the script, which sees the request and how many there were before it, with whole answers, after each
    /// of which the connection is closed.
    pub fn start(script: impl Fn(&Request, usize) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let server = Self { place, requests: Arc::default(), connections: Arc::default() };
        let (requests, connections) = (Arc::clone(&server.requests), Arc::clone(&server.connections));
        let script = Arc::new(script);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                *connections.lock().unwrap() += 1;
                let (requests, script) = (Arc::clone(&requests), Arc::clone(&script));
                thread::spawn(move || {
                    // One that gives up on its request is no matter.
                    let _ = serve(stream, &requests, &*script);
                });
            }
        });
        server
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.place)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.requests.lock().unwrap().clone()
    }

    /// Does it, and again while nothing comes of it, until one more request has come: a person would press the key
    /// again as well, where it fell into a moment in which it does nothing.
    pub fn is_asked_by(&self, mut action: impl FnMut()) {
        const PATIENCE: Duration = Duration::from_millis(300);
        let count = self.requests().len();
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            action();
            let requests = self.requests.requests.lock().unwrap();
            let same = |requests: &mut Vec<Request>| requests.len() <= count;
            if !self.requests.more.wait_timeout_while(requests, PATIENCE, same).unwrap().1.timed_out() {
                return;
            }
        }
        panic!("waited in vain for a request behind {:?}", self.requests());
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

fn serve(
    mut stream: TcpStream,
    recorded: &Recorded,
    script: &impl Fn(&Request, usize) -> String,
) -> std::io::Result<()> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        text.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&text).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    text.extend(body);
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut words = text.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let request = Request { method, path, text };
    let before = {
        let mut requests = recorded.requests.lock().unwrap();
        requests.push(request.clone());
        recorded.more.notify_all();
        requests.len() - 1
    };
    stream.write_all(script(&request, before).as_bytes())
}

/// A whole answer; `headers` are lines without their ends.
pub fn reply(status: &str, headers: &[&str], body: &str) -> String {
    let mut reply = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        reply.push_str(header);
        reply.push_str("\r\n");
    }
    reply + "\r\n" + body
}

pub fn json(body: &str) -> String {
    reply("200 OK", &["Content-Type: application/json"], body)
}

/// What digest begins with.
pub fn challenge() -> String {
    let header = "WWW-Authenticate: Digest realm=\"MMS Public API\", domain=\"\", \
                  nonce=\"SlgYP7Tv3FS/BuCj+x4WQRIV1bNKd001\", algorithm=MD5, qop=\"auth\", stale=false";
    reply("401 Unauthorized", &[header, "Content-Type: application/json"], "{\"error\":401}")
}
