//! Formats as values of an argument.

/// Lets an argument be one of the variants of a type of the report, by their words.
macro_rules! by_its_words {
    ($format:ty) => {
        impl clap::ValueEnum for $format {
            fn value_variants<'a>() -> &'a [Self] {
                &Self::ALL
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                Some(clap::builder::PossibleValue::new(self.word()))
            }
        }
    };
}
pub(super) use by_its_words;
