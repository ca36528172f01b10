//! Paths as people type and paste them: with `~`, in quotes, as `file:///` URLs.

use std::ffi::OsString;
use std::path::Path;

/// The path that was meant: without the quotes that a shell or a file manager put round it, with
/// `~` as the `home` folder, and a `file:///` URL decoded. Anything else stays as it is.
///
/// ```
/// use localized_lora::source::typed_path;
/// use std::path::Path;
///
/// let home = Some(Path::new("/home/ann"));
/// assert_eq!(typed_path(" \"~/my digit.png\" ", home), "/home/ann/my digit.png");
/// assert_eq!(typed_path("file:///tmp/a%20b.csv", home), "/tmp/a b.csv");
/// ```
pub fn typed_path(text: &str, home: Option<&Path>) -> OsString {
    let text = unquoted(text.trim());
    if let Some(path) = file_url(&text) {
        return path;
    }
    let rest = text.strip_prefix('~');
    let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with(std::path::is_separator));
    match (rest, home) {
        (Some(rest), Some(home)) => {
            let mut path = home.as_os_str().to_owned();
            path.push(rest);
            path
        }
        _ => OsString::from(text),
    }
}

/// Without one pair of quotes round all of it. In single quotes a shell writes `'` as `'\''`.
fn unquoted(text: &str) -> String {
    let within = |quote: char| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.is_empty()).then_some(inner)
    };
    match (within('"'), within('\'')) {
        (Some(inner), _) => inner.to_owned(),
        (None, Some(inner)) => inner.replace(r"'\''", "'"),
        (None, None) => text.to_owned(),
    }
}

/// The path of a `file:` URL on this machine.
pub(super) fn file_url(text: &str) -> Option<OsString> {
    let scheme = text.get(..5)?;
    if !scheme.eq_ignore_ascii_case("file:") {
        return None;
    }
    let rest = &text[5..];
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let (host, _) = rest.split_at(rest.find('/')?);
            let here = host.is_empty() || host.eq_ignore_ascii_case("localhost");
            here.then(|| &rest[host.len()..])?
        }
        None => rest.starts_with('/').then_some(rest)?,
    };
    // `/C:/…` is how a URL writes a drive.
    let drive = cfg!(windows) && path.as_bytes().get(2) == Some(&b':');
    Some(from_bytes(decoded(if drive { &path[1..] } else { path })))
}

/// Percent signs with two hexadecimal digits as the bytes that they stand for.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((16 * high + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

#[cfg(unix)]
fn from_bytes(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn from_bytes(bytes: Vec<u8>) -> OsString {
    OsString::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(text: &str) -> String {
        let path = typed_path(text, Some(Path::new("/home/ann")));
        path.into_string()
            .unwrap_or_else(|_| "not UTF-8".to_owned())
    }

    #[test]
    fn tilde_is_the_home_folder_only_where_a_shell_says_so() {
        assert_eq!(meant("~"), "/home/ann");
        assert_eq!(meant("~/x.png"), "/home/ann/x.png");
        for kept in ["~bob/x.png", "a~/x.png", "./~", "~.csv"] {
            assert_eq!(meant(kept), kept);
        }
        assert_eq!(typed_path("~/x", None), "~/x");
    }

    #[test]
    fn one_pair_of_quotes_is_taken_off() {
        assert_eq!(meant("\"/tmp/a b.png\""), "/tmp/a b.png");
        assert_eq!(meant(" '/tmp/a b.png' "), "/tmp/a b.png");
        assert_eq!(meant(r"'/tmp/it'\''s.png'"), "/tmp/it's.png");
        assert_eq!(meant("'~/x.npz#a'"), "/home/ann/x.npz#a");
        for kept in ["\"", "''", "it's", "\"a'", "/tmp/\"a\".png"] {
            assert_eq!(meant(kept), kept);
        }
    }

    #[test]
    fn file_urls_are_paths_of_this_machine() {
        assert_eq!(meant("file:///tmp/a%20b.png"), "/tmp/a b.png");
        assert_eq!(meant("FILE:///tmp/%C3%BC.png"), "/tmp/ü.png");
        assert_eq!(meant("file://localhost/tmp/x"), "/tmp/x");
        assert_eq!(meant("file:/tmp/x"), "/tmp/x");
        assert_eq!(meant("\"file:///tmp/x\""), "/tmp/x");
        assert_eq!(meant("file:///tmp/x.npz#a"), "/tmp/x.npz#a");
        // A percent sign that begins nothing is one.
        assert_eq!(meant("file:///tmp/100%.csv"), "/tmp/100%.csv");
        assert_eq!(meant("file:///tmp/100%2"), "/tmp/100%2");
        assert_eq!(meant("file:///tmp/%zz"), "/tmp/%zz");
        for kept in ["file://server/share/x", "file:x", "files/x", "file:"] {
            assert_eq!(meant(kept), kept);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_url_may_name_a_file_that_is_not_utf_8() {
        use std::os::unix::ffi::OsStrExt;
        let path = typed_path("file:///tmp/%FF", None);
        assert_eq!(path.as_bytes(), b"/tmp/\xff");
    }
}
