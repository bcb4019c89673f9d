//! Values of variables of Terraform configuration on the command line.

use super::error::RunError;
use crate::lint::Variables;
use crate::syntax::{self, SyntaxProblem};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(clap::Args, Clone, Default)]
pub(super) struct VariableArguments {
    /// Terraform variables from a file, as for `terraform plan -var-file`; any number of times
    #[arg(long = "var-file", value_name = "FILE")]
    var_files: Vec<PathBuf>,

    /// A Terraform variable, as for `terraform plan -var`, over those of files; any number of times
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment)]
    var_values: Vec<(String, String)>,
}

fn described(problem: SyntaxProblem) -> String {
    match problem {
        SyntaxProblem::Empty => "it is empty".to_owned(),
        SyntaxProblem::TooDeep => "it is nested too deep".to_owned(),
        SyntaxProblem::CutOff => "it ends too early".to_owned(),
        SyntaxProblem::Invalid(problem) | SyntaxProblem::InvalidHcl(problem) | SyntaxProblem::InvalidYaml(problem) => {
            problem
        }
        SyntaxProblem::InvalidLiteral(problem) => problem.to_owned(),
    }
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
    pair.filter(|(name, _)| !name.is_empty()).ok_or_else(|| "write it as NAME=VALUE".to_owned())
}

impl VariableArguments {
    /// The values, from files that can be read.
    pub(super) fn given(&self) -> Result<Arc<Variables>, RunError> {
        for path in &self.var_files {
            let text = std::fs::read_to_string(path).map_err(|error| RunError::Path { path: path.clone(), error })?;
            let is_json = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
            let read = if is_json { syntax::parse(&text).map(drop) } else { syntax::parse_body(&text).map(drop) };
            if let Err(error) = read {
                let line = text[..error.at.min(text.len())].matches('\n').count() + 1;
                return Err(RunError::Variables { path: path.clone(), line, problem: described(error.problem) });
            }
        }
        Ok(Arc::new(Variables { files: self.var_files.clone(), values: self.var_values.clone() }))
    }
}
