//! AWS Signature Version 4.

use std::{
    fmt::Write as _,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use ring::{digest, hmac};
use secrecy::{ExposeSecret as _, SecretString};

/// Who signs.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Public.
    pub access_key_id: String,
    /// Not.
    pub secret_access_key: SecretString,
    /// Of a role's temporary credentials.
    pub session_token: Option<SecretString>,
}

/// What is signed, beside the time.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// The path; no query is ever used here.
    pub path: &'a str,
    /// Headers with lower-case names, sorted, `host` and `x-amz-date` among them.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
    /// `us-east-1` and so on.
    pub region: &'a str,
    /// `secretsmanager` and so on.
    pub service: &'a str,
}

/// The value of the `authorization` header.
#[must_use]
pub fn authorization(signed: &Signed<'_>, credentials: &Credentials, amz_date: &str) -> String {
    let mut canonical = format!("{}\n{}\n\n", signed.method, signed.path);
    let mut names = String::new();
    for (name, value) in signed.headers {
        let _ = writeln!(canonical, "{name}:{}", value.trim());
        if !names.is_empty() {
            names.push(';');
        }
        names.push_str(name);
    }
    let _ = write!(canonical, "\n{names}\n{}", sha256(signed.body));
    let day = amz_date.get(..8).unwrap_or_default();
    let scope = format!("{day}/{}/{}/aws4_request", signed.region, signed.service);
    let text = format!(
        "AWS4-HMAC-SHA256\n{amz_date}\n{scope}\n{}",
        sha256(canonical.as_bytes())
    );
    let secret = format!("AWS4{}", credentials.secret_access_key.expose_secret());
    let key = [day, signed.region, signed.service, "aws4_request"]
        .iter()
        .fold(secret.into_bytes(), |key, part| mac(&key, part.as_bytes()));
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
        credentials.access_key_id,
        hex(&mac(&key, text.as_bytes()))
    )
}

/// `20150830T123600Z`.
#[must_use]
pub fn amz_date(at: SystemTime) -> String {
    let seconds = at
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Howard Hinnant's days-to-civil, for days since 1970.
    let z = days + 719_468;
    let (era, day_of_era) = (z / 146_097, z % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

fn mac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, data).as_ref().to_vec()
}

fn sha256(data: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, data).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `get-vanilla` and `post-vanilla` of AWS's published test suite.
    #[test]
    fn signatures_are_those_of_the_published_suite() {
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
            session_token: None,
        };
        let at = amz_date(UNIX_EPOCH + Duration::from_secs(1_440_938_160));
        assert_eq!(at, "20150830T123600Z");
        for (method, signature) in [
            (
                "GET",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "POST",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
        ] {
            let signed = Signed {
                method,
                path: "/",
                headers: &[("host", "example.amazonaws.com"), ("x-amz-date", &at)],
                body: b"",
                region: "us-east-1",
                service: "service",
            };
            let header = authorization(&signed, &credentials, &at);
            assert!(header.ends_with(signature), "{method}: {header}");
        }
    }

    #[test]
    fn dates_are_civil() {
        let date = |seconds| amz_date(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(date(0), "19700101T000000Z");
        assert_eq!(date(951_782_399), "20000228T235959Z");
        assert_eq!(date(951_782_400), "20000229T000000Z");
        assert_eq!(date(1_798_761_599), "20261231T235959Z");
    }
}
