//! A folder for results, made and tried before the work for them.

use std::fs;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::temporary::Temporary;
use crate::system;

/// A folder that files can be written to. What was made of it goes again where nothing was.
#[derive(Debug)]
pub struct OutputFolder {
    /// The folders that were not there, the innermost first.
    made: Vec<PathBuf>,
}

impl OutputFolder {
    /// Makes the folder where there is none, and looks whether it takes a file.
    ///
    /// # Errors
    /// [`StoreError::Folder`].
    pub fn make(path: &Path) -> Result<Self, StoreError> {
        let refused = |reason: String| StoreError::Folder {
            path: path.to_owned(),
            reason,
        };
        let folders = path.ancestors();
        let missing = folders.take_while(|one| !one.as_os_str().is_empty() && !one.exists());
        let found = Self {
            made: missing.map(Path::to_owned).collect(),
        };
        fs::create_dir_all(path).map_err(|error| refused(system::writing(path, &error)))?;
        let file = path.join("file");
        Temporary::beside(&file).map_err(|error| refused(system::writing(&file, &error)))?;
        Ok(found)
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        // Only an empty one can be removed.
        let _ = self.made.iter().try_for_each(fs::remove_dir);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stays_only_with_something_in_it() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let (kept, inner) = (root.path().join("kept"), root.path().join("kept/a/b"));
        drop(OutputFolder::make(&inner).expect("is made"));
        assert!(!kept.exists());
        let folder = OutputFolder::make(&inner).expect("is made");
        fs::write(kept.join("a/file"), "x").expect("writes");
        drop(folder);
        assert!(kept.join("a").exists() && !inner.exists());
        // One that was there is not ours to remove.
        fs::create_dir(&inner).expect("makes");
        drop(OutputFolder::make(&inner).expect("is there"));
        assert!(inner.exists());
    }

    #[test]
    fn a_place_that_takes_no_folder_is_told_before_the_work() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let file = root.path().join("file");
        fs::write(&file, "x").expect("writes");
        for place in [file.clone(), file.join("inner")] {
            let error = OutputFolder::make(&place).expect_err("is refused");
            let told = error.to_string();
            assert!(
                told.starts_with("this folder cannot be written to"),
                "{told}"
            );
        }
        #[cfg(target_os = "linux")]
        assert!(OutputFolder::make(Path::new("/proc/a")).is_err());
    }
}
