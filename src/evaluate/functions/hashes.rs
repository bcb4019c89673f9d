//! Hashes, and ids made of them.

use super::{Function, Takes, strict};
use crate::evaluate::value::Value;
use data_encoding::{BASE64, HEXLOWER};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

pub(super) fn function(name: &str) -> Option<Function> {
    const TEXT: &[Takes] = &[Takes::Text];
    Some(match name {
        "md5" => strict(TEXT, |call| Ok(Value::string(HEXLOWER.encode(&Md5::digest(call.text(0)))))),
        "sha1" => strict(TEXT, |call| Ok(Value::string(HEXLOWER.encode(&Sha1::digest(call.text(0)))))),
        "sha256" => strict(TEXT, |call| Ok(Value::string(HEXLOWER.encode(&Sha256::digest(call.text(0)))))),
        "sha512" => strict(TEXT, |call| Ok(Value::string(HEXLOWER.encode(&Sha512::digest(call.text(0)))))),
        "base64sha256" => strict(TEXT, |call| Ok(Value::string(BASE64.encode(&Sha256::digest(call.text(0)))))),
        "base64sha512" => strict(TEXT, |call| Ok(Value::string(BASE64.encode(&Sha512::digest(call.text(0)))))),
        "uuidv5" => strict(&[Takes::Text, Takes::Text], |call| {
            let namespace = match call.text(0) {
                "dns" => Some(Uuid::NAMESPACE_DNS),
                "url" => Some(Uuid::NAMESPACE_URL),
                "oid" => Some(Uuid::NAMESPACE_OID),
                "x500" => Some(Uuid::NAMESPACE_X500),
                other => Uuid::parse_str(other).ok(),
            };
            let namespace = namespace.ok_or_else(|| call.refused("the namespace is no UUID"))?;
            Ok(Value::string(Uuid::new_v5(&namespace, call.text(1).as_bytes()).to_string()))
        }),
        _ => return None,
    })
}
