//! Networks in CIDR notation.

use super::{Call, Function, Takes, strict, variadic};
use crate::evaluate::error::Evaluated;
use crate::evaluate::value::Value;
use crate::syntax::Untold;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "cidrhost" => strict(&[Takes::Text, Takes::Number], host),
        "cidrnetmask" => strict(&[Takes::Text], |call| match network(call, 0)? {
            IpNet::V4(net) => Ok(Value::string(net.netmask().to_string())),
            IpNet::V6(_) => Err(call.refused("an IPv6 network has no netmask")),
        }),
        "cidrsubnet" => strict(&[Takes::Text, Takes::Number, Takes::Number], |call| {
            let net = network(call, 0)?;
            let (bits, number) = (call.whole(1)?, call.whole(2)?);
            let number = u128::try_from(number).map_err(|_| call.refused("the number is below zero"))?;
            Ok(Value::string(subnet(call, net, bits, number)?.to_string()))
        }),
        "cidrsubnets" => variadic(&[Takes::Text], Takes::Number, subnets),
        "cidrcontains" => strict(&[Takes::Text, Takes::Text], |call| {
            let net = network(call, 0)?;
            let other = call.text(1);
            let inner = other.parse::<IpAddr>().map(IpNet::from).or_else(|_| other.parse::<IpNet>());
            let inner = inner.map_err(|_| call.refused(format!("{other:?} is no address")))?;
            if matches!(net, IpNet::V4(_)) != matches!(inner, IpNet::V4(_)) {
                return Err(call.refused("the two are of different versions of IP"));
            }
            Ok(Value::bool(net.contains(&inner)))
        }),
        _ => return None,
    })
}

fn network(call: &Call<'_>, index: usize) -> Evaluated<IpNet> {
    let text = call.text(index);
    text.parse::<IpNet>().map(|net| net.trunc()).map_err(|_| call.refused(format!("{text:?} is no network")))
}

/// An address as a number, and the number of its bits.
fn number(net: &IpNet) -> (u128, u32) {
    match net {
        IpNet::V4(net) => (u128::from(u32::from(net.addr())), 32),
        IpNet::V6(net) => (u128::from(net.addr()), 128),
    }
}

fn address(number: u128, bits: u32) -> IpAddr {
    match u32::try_from(number) {
        Ok(number) if bits == 32 => IpAddr::V4(Ipv4Addr::from(number)),
        _ => IpAddr::V6(Ipv6Addr::from(number)),
    }
}

fn host(call: &Call<'_>) -> Evaluated<Value> {
    let net = network(call, 0)?;
    let (first, bits) = number(&net);
    let free = bits - u32::from(net.prefix_len());
    let wanted = call.number(1)?;
    let Some(wanted) = wanted.as_i64() else {
        let refused = || call.refused("a whole number is required");
        return if wanted.is_whole() { Ok(Value::unknown(Untold::Expression)) } else { Err(refused()) };
    };
    let size = 1_u128.checked_shl(free);
    let from_end = |wanted: i64| {
        let back = u128::from(wanted.unsigned_abs());
        size.map_or_else(|| Some(u128::MAX - (back - 1)), |size| size.checked_sub(back))
    };
    let offset = if wanted < 0 { from_end(wanted) } else { u128::try_from(wanted).ok() };
    let offset = offset.filter(|offset| size.is_none_or(|size| *offset < size));
    let offset = offset.ok_or_else(|| call.refused("the network has no such host"))?;
    Ok(Value::string(address(first | offset, bits).to_string()))
}

fn subnet(call: &Call<'_>, net: IpNet, more: i64, nth: u128) -> Evaluated<IpNet> {
    let (first, bits) = number(&net);
    let more = u32::try_from(more).map_err(|_| call.refused("the number of bits is below zero"))?;
    let length = u32::from(net.prefix_len()) + more;
    let fits = length <= bits && 1_u128.checked_shl(more).is_none_or(|count| nth < count);
    if !fits {
        return Err(call.refused("the network has no such part"));
    }
    let start = nth.checked_shl(bits - length).unwrap_or(0);
    let length = u8::try_from(length).map_err(|_| call.refused("the network has no such part"))?;
    IpNet::new(address(first | start, bits), length).map_err(|_| call.refused("the network has no such part"))
}

fn subnets(call: &Call<'_>) -> Evaluated<Value> {
    let net = network(call, 0)?;
    let (first, bits) = number(&net);
    let end = first.checked_add(1_u128.checked_shl(bits - u32::from(net.prefix_len())).unwrap_or(0));
    let (mut free, mut parts) = (first, Vec::new());
    for index in 1..call.arguments.len() {
        let length = i64::from(net.prefix_len()) + call.whole(index)?;
        let length = u32::try_from(length)
            .ok()
            .filter(|length| *length <= bits && call.whole(index).is_ok_and(|more| (1..=32).contains(&more)));
        let length = length.ok_or_else(|| call.refused("the network has no such part"))?;
        let size = 1_u128.checked_shl(bits - length).ok_or_else(|| call.refused("the network has no such part"))?;
        // The free multiple of its own size.
        let start = free.checked_add(size - 1).map(|start| start & !(size - 1));
        let stop = start.and_then(|start| start.checked_add(size));
        let (Some(start), Some(stop)) = (start, stop.filter(|stop| end.is_none_or(|end| *stop <= end))) else {
            return Err(call.refused("the network has no room for all of these"));
        };
        parts.push(format!("{}/{length}", address(start, bits)));
        free = stop;
    }
    Ok(Value::strings(parts))
}
