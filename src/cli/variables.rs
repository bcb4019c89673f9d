//! Values of variables of Terraform configuration on the command line.

use super::error::RunError;
use crate::dialect;
use crate::lint::Variables;
use crate::policy::FileIndex;
use crate::syntax::SyntaxProblem;
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
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // The run reads it once more, where files have numbers.
            if let Err(error) = dialect::read_variables(name, &text, FileIndex(0)) {
                let line = text[..error.at.min(text.len())].matches('\n').count() + 1;
                return Err(RunError::Variables { path: path.clone(), line, problem: described(error.problem) });
            }
        }
        Ok(Arc::new(Variables { files: self.var_files.clone(), values: self.var_values.clone() }))
    }
}
