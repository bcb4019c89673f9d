//! Encodings: JSON, YAML, CSV, base64, URLs.

use super::{Call, Function, Takes, strict};
use crate::evaluate::decode;
use crate::evaluate::encode;
use crate::evaluate::value::Value;
use crate::syntax::Untold;
use data_encoding::BASE64;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What Go's `url.QueryEscape` leaves as it is.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b' ');

pub(super) fn function(name: &str) -> Option<Function> {
    const TEXT: &[Takes] = &[Takes::Text];
    const ANY: &[Takes] = &[Takes::Any];
    const TWO_TEXTS: &[Takes] = &[Takes::Text, Takes::Text];
    Some(match name {
        "jsonencode" => strict(ANY, |call| Ok(Value::string(encode::json(&call.arguments[0])))),
        "jsondecode" => {
            strict(TEXT, |call| decode::json(&call.placed_text(0), &call.arguments[0].source, call.names.effort()))
        }
        "yamldecode" => strict(TEXT, |call| {
            let text = call.placed_text(0);
            let ahead = text.whole_file().and_then(|file| call.names.files().decoded(file));
            decode::yaml(&text, &call.arguments[0].source, call.names.effort(), ahead)
        }),
        "csvdecode" => strict(TEXT, |call| decode::csv(&call.placed_text(0), &call.arguments[0].source)),
        // How Terraform lays out YAML is its own affair; only what is decoded again could matter.
        "yamlencode" => strict(ANY, |_| Ok(Value::unknown(Untold::Expression))),
        "base64encode" => strict(TEXT, |call| Ok(Value::string(BASE64.encode(call.text(0).as_bytes())))),
        "base64decode" => strict(TEXT, |call| {
            let bytes = lenient_base64().and_then(|base64| base64.decode(call.text(0).as_bytes()).ok());
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            text.map(Value::string).ok_or_else(|| call.refused("the text is no base64 of UTF-8"))
        }),
        "textencodebase64" => strict(TWO_TEXTS, |call| Ok(in_encoding(call, |text| BASE64.encode(text.as_bytes())))),
        "textdecodebase64" => strict(TWO_TEXTS, |call| {
            if !is_utf8(call.text(1)) {
                return Ok(Value::unknown(Untold::Expression));
            }
            let text = BASE64.decode(call.text(0).as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            text.map(Value::string).ok_or_else(|| call.refused("the text is no base64 of UTF-8"))
        }),
        "urlencode" => strict(TEXT, |call| {
            Ok(Value::string(utf8_percent_encode(call.text(0), QUERY).to_string().replace(' ', "+")))
        }),
        "urldecode" => strict(TEXT, |call| {
            let spaced = call.text(0).replace('+', " ");
            let text = percent_decode_str(&spaced).decode_utf8().map(std::borrow::Cow::into_owned);
            text.map(Value::string).map_err(|_| call.refused("the text is no UTF-8"))
        }),
        _ => return None,
    })
}

/// Base64 as Go reads it: over several lines, and whatever the last bits are.
fn lenient_base64() -> Option<data_encoding::Encoding> {
    let mut base64 = BASE64.specification();
    base64.ignore.push_str("\r\n");
    base64.check_trailing_bits = false;
    base64.encoding().ok()
}

fn is_utf8(encoding: &str) -> bool {
    encoding.eq_ignore_ascii_case("UTF-8") || encoding.eq_ignore_ascii_case("utf8")
}

fn in_encoding(call: &Call<'_>, make: fn(&str) -> String) -> Value {
    if is_utf8(call.text(1)) { Value::string(make(call.text(0))) } else { Value::unknown(Untold::Expression) }
}
