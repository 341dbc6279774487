/// The version of this program, in `--version`, in `run.json` and in reports.
package let finetuneVersion = "0.1.0"
