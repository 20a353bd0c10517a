//! The one request that a proxy gets: CONNECT, with its own user and password and nothing of Atlas's.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::proxy::Proxy;
use crate::domain::text::{clean, shortened};

/// A head that is longer than this is no answer to CONNECT.
const HEAD_MAX: usize = 16 << 10;

/// Why a proxy opens no tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// 407: it wants a user and password, or others.
    Credentials,
    /// Another status, with the words beside it.
    Status(u16, String),
    /// It broke off, or does not speak HTTP.
    NoAnswer(String),
}

/// Opens a tunnel to `host`:`port`.
///
/// # Errors
/// Why it was refused.
pub async fn open<S>(stream: &mut S, proxy: &Proxy, host: &str, port: u16) -> Result<(), Refusal>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n").into_bytes();
    if let Some(credentials) = &proxy.credentials {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(credentials.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let broke = |error: std::io::Error| Refusal::NoAnswer(error.to_string());
    stream.write_all(&request).await.map_err(broke)?;
    stream.flush().await.map_err(broke)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        // A byte at a time: what follows the head belongs to the tunnel.
        match stream.read_u8().await {
            Ok(byte) if head.len() < HEAD_MAX => head.push(byte),
            Ok(_) => return Err(Refusal::NoAnswer("its answer does not end".to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(Refusal::NoAnswer("it closed the connection".to_owned()));
            }
            Err(error) => return Err(broke(error)),
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.lines().next().unwrap_or_default().splitn(3, ' ');
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/1."));
    let status = words.next().and_then(|status| status.parse::<u16>().ok());
    match status.filter(|_| is_http) {
        Some(200..=299) => Ok(()),
        Some(407) => Err(Refusal::Credentials),
        Some(status) => {
            let reason = clean(words.next().unwrap_or_default().trim()).into_owned();
            Err(Refusal::Status(status, shortened(&reason, 60).into_owned()))
        }
        None => Err(Refusal::NoAnswer("its answer is no HTTP".to_owned())),
    }
}
