//! Numbers, exactly. Terraform computes with 512 bits: what they hold is held here, and a result that they would round
//! is not known.
//!
//! <https://github.com/zclconf/go-cty/blob/main/docs/types.md>

use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use std::fmt;
use std::sync::Arc;

/// Digits of a fraction that are the same after Terraform has rounded it to 512 bits.
const MAX_DIGITS: usize = 100;

/// The bits of one of Terraform's numbers.
const MAX_BITS: u64 = 512;

/// A number. It is shared, since other values are small and many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(Arc<BigRational>);

impl Number {
    fn of(number: BigRational) -> Self {
        Self(Arc::new(number))
    }

    /// A number as HCL, JSON and strings spell it; none if it is no number, or one of too many digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (Sign::Minus, rest),
            None => (Sign::Plus, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let scale = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let limit = i32::try_from(MAX_DIGITS).ok()?;
        if whole.len() + fraction.len() > MAX_DIGITS || scale.abs() > limit {
            return None;
        }
        let digits = BigInt::parse_bytes(format!("{whole}{fraction}").as_bytes(), 10)?;
        let digits = if sign == Sign::Minus { -digits } else { digits };
        let power = BigInt::from(10).pow(scale.unsigned_abs());
        Some(Self::of(if scale < 0 { BigRational::new(digits, power) } else { BigRational::from(digits * power) }))
    }

    /// A whole number in a base, as `parseint` reads it.
    #[must_use]
    pub fn parse_in_base(text: &str, base: u32) -> Option<Self> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let is_digit = |one: char| one.is_digit(base.min(36)) && (base <= 36 || !one.is_ascii_uppercase());
        if digits.is_empty() || !digits.chars().all(is_digit) || digits.len() > MAX_DIGITS {
            return None;
        }
        Some(Self::of(BigRational::from(BigInt::parse_bytes(digits.as_bytes(), base)? * sign)))
    }

    /// The whole number, if it is one of moderate size.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.0.is_integer().then(|| i64::try_from(self.0.numer()).ok()).flatten()
    }

    /// The number of elements or characters that it stands for.
    #[must_use]
    pub fn as_usize(&self) -> Option<usize> {
        self.as_i64().and_then(|number| usize::try_from(number).ok())
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_integer()
    }

    /// Below zero, zero, or above.
    #[must_use]
    pub fn signum(&self) -> i64 {
        match self.0.numer().sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        }
    }

    /// The sum, if 512 bits hold it.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Option<Self> {
        self.held(other, self.0.as_ref() + other.0.as_ref())
    }

    /// The difference, if 512 bits hold it.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<Self> {
        self.held(other, self.0.as_ref() - other.0.as_ref())
    }

    /// The product, if 512 bits hold it.
    #[must_use]
    pub fn times(&self, other: &Self) -> Option<Self> {
        self.held(other, self.0.as_ref() * other.0.as_ref())
    }

    /// The quotient by another number than zero, if 512 bits hold it.
    #[must_use]
    pub fn divided_by(&self, other: &Self) -> Option<Self> {
        (other.signum() != 0).then(|| self.held(other, self.0.as_ref() / other.0.as_ref())).flatten()
    }

    /// The remainder of the division by another number than zero, with the sign of the dividend.
    #[must_use]
    pub fn modulo(&self, other: &Self) -> Option<Self> {
        if other.signum() == 0 {
            return None;
        }
        let quotient = (self.0.as_ref() / other.0.as_ref()).trunc();
        self.held(other, self.0.as_ref() - other.0.as_ref() * quotient)
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.signum() < 0 { self.negated() } else { self.clone() }
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self::of(-self.0.as_ref().clone())
    }

    /// The next whole number above or at it.
    #[must_use]
    pub fn ceil(&self) -> Self {
        Self::of(self.0.ceil())
    }

    /// The next whole number below or at it.
    #[must_use]
    pub fn floor(&self) -> Self {
        Self::of(self.0.floor())
    }

    /// The number with so many digits behind the point; none where two are equally near and Terraform's bits decide.
    #[must_use]
    pub fn fixed(&self, precision: usize) -> Option<String> {
        let scaled = self.abs().0.as_ref() * BigInt::from(10).pow(u32::try_from(precision).ok()?);
        let floor = scaled.floor();
        let rest = (&scaled - &floor) * BigInt::from(2);
        let one = BigRational::from(BigInt::from(1));
        let up = match rest.cmp(&one) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal if !is_held(&self.0) => return None,
            std::cmp::Ordering::Equal => floor.numer().bit(0),
        };
        let rounded = if up { floor + one } else { floor }.numer().to_string();
        let padded = format!("{}{rounded}", "0".repeat((precision + 1).saturating_sub(rounded.len())));
        let (whole, fraction) = padded.split_at(padded.len() - precision);
        let sign = if self.signum() < 0 { "-" } else { "" };
        Some(if precision == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
    }

    /// A result, if Terraform does not round it on the way there.
    fn held(&self, other: &Self, result: BigRational) -> Option<Self> {
        (is_held(&self.0) && is_held(&other.0) && is_held(&result)).then(|| Self::of(result))
    }
}

/// Whether 512 bits hold a number without rounding.
fn is_held(number: &BigRational) -> bool {
    let denominator = number.denom().magnitude();
    denominator.count_ones() == 1 && number.numer().bits() + denominator.bits() <= MAX_BITS
}

impl From<i64> for Number {
    fn from(number: i64) -> Self {
        Self::of(BigRational::from(BigInt::from(number)))
    }
}

impl From<usize> for Number {
    fn from(number: usize) -> Self {
        Self::of(BigRational::from(BigInt::from(number)))
    }
}

/// As Terraform makes a string of it: without an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_integer() {
            return write!(f, "{}", self.0.numer());
        }
        let (mut rest, sign) = (self.abs().0.as_ref().clone(), if self.signum() < 0 { "-" } else { "" });
        let whole = rest.trunc();
        let mut fraction = String::new();
        rest -= &whole;
        // A number is read from digits, or is a sum of powers of two: it ends.
        while *rest.numer().magnitude() != num_bigint::BigUint::ZERO && fraction.len() < 1024 {
            rest *= BigInt::from(10);
            let digit = rest.trunc();
            rest -= &digit;
            fraction.push_str(&digit.numer().to_string());
        }
        write!(f, "{sign}{}.{fraction}", whole.numer())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn what_is_written_comes_back() {
        for text in ["0", "-1", "1.5", "0.1", "123456789012345678901234567890", "-0.25"] {
            assert_eq!(number(text).to_string(), text);
        }
        assert_eq!(number("1e3").to_string(), "1000");
        assert_eq!(number("25E-1").to_string(), "2.5");
        for text in ["", ".", "-", "1x", "0x10", " 1", "1e", "Infinity"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_terraform_rounds_is_not_known() {
        assert_eq!(number("10").divided_by(&number("4")), Some(number("2.5")));
        assert_eq!(number("1").divided_by(&number("3")), None);
        assert_eq!(number("0.1").plus(&number("0.2")), None);
        assert_eq!(number("1").divided_by(&number("0")), None);
    }

    #[test]
    fn a_remainder_has_the_sign_of_the_dividend() {
        assert_eq!(number("-7").modulo(&number("3")), Some(number("-1")));
        assert_eq!(number("7").modulo(&number("-3")), Some(number("1")));
    }
}
