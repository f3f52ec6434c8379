//! TLS as libpq's `sslmode` has it, on rustls.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::db::target::{Host, Roots, TlsMode};
use crate::error::{Failure, Outcome};

/// Makes the TLS side of connections to `host`. Reads the trusted certificates, where the mode needs any.
pub fn connector(host: &Host) -> Result<MakeRustlsConnect> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match host.tls {
        TlsMode::Disable | TlsMode::Prefer | TlsMode::Require => Arc::new(AnyCertificate(Arc::clone(&provider))),
        TlsMode::VerifyCa => Arc::new(AnyName(web_verifier(host, &provider)?)),
        TlsMode::VerifyFull => web_verifier(host, &provider)?,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn web_verifier(host: &Host, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>> {
    let roots = Arc::new(roots(host)?);
    Ok(WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build()?)
}

fn roots(host: &Host) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    match &host.roots {
        Roots::System => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Roots::File(file) => read_roots(file, &mut store)?,
    }
    if store.is_empty() {
        let failure = Failure::input("this machine has no root certificates, so the server cannot be checked");
        return Err(failure.next("install the package ca-certificates, or give sslrootcert=FILE").into());
    }
    Ok(store)
}

fn read_roots(file: &Path, store: &mut RootCertStore) -> Result<()> {
    let wrong = |what: &str| {
        let failure = Failure::input(format!("the file of root certificates {} {what}", file.display()));
        failure.next("give the authority's certificate in PEM form with sslrootcert=FILE")
    };
    for certificate in CertificateDer::pem_file_iter(file).map_err(|_| wrong("cannot be read"))? {
        let certificate = certificate.map_err(|_| wrong("is not in PEM form"))?;
        store.add(certificate).map_err(|_| wrong("holds a certificate that cannot be read"))?;
    }
    if store.is_empty() { Err(wrong("holds no certificate").into()) } else { Ok(()) }
}

/// Why the handshake with `host` failed, with the way to mend it.
pub fn failure(host: &Host, error: &Error) -> Failure {
    let authority =
        format!("give the certificate of the authority that signed it with sslrootcert=FILE{}", supabase(host));
    let (what, next) = match error {
        Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }) => {
            // Each is written as `DnsName("…")`.
            let names: Vec<&str> = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name)).collect();
            let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
            let next = "connect to a name that is in the certificate, or have one made for this name (subjectAltName)";
            (format!("the certificate of {host} is for another name; it has: {names}"), next)
        }
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            (format!("the certificate of {host} has expired"), "have it renewed on the server")
        }
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            (format!("the certificate of {host} is from an authority that is not trusted here"), authority.as_str())
        }
        Error::InvalidCertificate(reason) => {
            (format!("the certificate of {host} is not valid: {reason}"), authority.as_str())
        }
        other => {
            (format!("no TLS connection could be made to {host}: {other}"), "check that a PostgreSQL server is there")
        }
    };
    Failure::new(Outcome::Refused, what).next(next)
}

fn supabase(host: &Host) -> &'static str {
    let name = host.place.to_string();
    let theirs = name.ends_with(".supabase.co") || name.ends_with(".supabase.com");
    if theirs { " (Supabase: dashboard, Database, Settings, SSL configuration, Download certificate)" } else { "" }
}

/// Takes any certificate, and checks only that the server has its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Takes a certificate from a trusted authority for any name.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.0.verify_server_cert(certificate, chain, name, ocsp, now) {
            // The name is checked after the chain, so these say that the chain is good.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
