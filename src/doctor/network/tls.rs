//! One TLS handshake: the certificates that came, and what the client's own verifier says of them.
//!
//! The handshake is carried on whatever the verdict is, so that the certificate of a server that is not trusted can be
//! shown. It is all that happens: nothing is sent through the connection, which is closed at once.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::certificate::Summary;

/// What the verifier said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    Trusted,
    /// The chain ends at nobody whom this platform trusts.
    UnknownIssuer,
    Expired,
    NotYetValid,
    /// It is for other hosts.
    WrongName,
    /// Anything else, in rustls's words.
    Refused(String),
}

/// What a handshake showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    pub trust: Trust,
    /// `None` when it cannot be read.
    pub certificate: Option<Summary>,
    /// `TLS 1.3`.
    pub version: &'static str,
}

/// The verifier that the client has: by the roots of the platform, or of `SSL_CERT_FILE`.
///
/// # Errors
/// Why there are no usable roots.
pub fn platform_verifier() -> Result<Arc<dyn ServerCertVerifier>, String> {
    let verifier = rustls_platform_verifier::Verifier::new(provider()).map_err(|error| error.to_string())?;
    Ok(Arc::new(verifier))
}

/// Shakes hands over `stream`.
///
/// # Errors
/// What broke it off, in a few words.
pub async fn shake_hands<S>(
    stream: S,
    host: &str,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<Handshake, String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let witness = Arc::new(Witness { verifier, seen: Mutex::default() });
    let stream = connect(stream, host, Arc::clone(&witness) as Arc<dyn ServerCertVerifier>).await?;
    let version = match stream.get_ref().1.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    };
    drop(stream);
    let seen = witness.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (trust, certificate) = seen.ok_or_else(|| "no certificate was shown".to_owned())?;
    Ok(Handshake { trust, certificate, version })
}

/// A TLS stream to a proxy, for real: what goes through it may hold the proxy's password.
pub(super) async fn connect<S>(
    stream: S,
    host: &str,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<TlsStream<S>, String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
    let name = name.map_err(|_| format!("`{host}` is no host name"))?;
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let config = builder.map_err(|error| error.to_string())?;
    let config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.map_err(|error| error.to_string())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Notes the verdict of another verifier, and lets the handshake go on.
#[derive(Debug)]
struct Witness {
    verifier: Arc<dyn ServerCertVerifier>,
    seen: Mutex<Option<(Trust, Option<Summary>)>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict =
            self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let trust = match verdict {
            Ok(_) => Trust::Trusted,
            Err(error) => trust(&error),
        };
        let seen = (trust, Summary::read(end_entity));
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

fn trust(error: &Error) -> Trust {
    use CertificateError as Of;
    match error {
        // A root of the right name and another key vouches for nobody either.
        Error::InvalidCertificate(Of::UnknownIssuer | Of::BadSignature) => Trust::UnknownIssuer,
        Error::InvalidCertificate(Of::Expired | Of::ExpiredContext { .. }) => Trust::Expired,
        Error::InvalidCertificate(Of::NotValidYet | Of::NotValidYetContext { .. }) => Trust::NotYetValid,
        Error::InvalidCertificate(Of::NotValidForName | Of::NotValidForNameContext { .. }) => {
            Trust::WrongName
        }
        other => Trust::Refused(other.to_string()),
    }
}
