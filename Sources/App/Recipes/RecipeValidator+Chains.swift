extension RecipeValidator {
    /// What must hold between a phase and the one that goes on from its last step.
    static func validate(chainsOf phases: [RecipeNode], _ fields: inout FieldReader) {
        for (index, phase) in phases.enumerated() {
            if let key = phase["restart_schedule"], key.scalar?.bool == true, phase["continue"]?.scalar?.bool != true {
                fields.reportKey(
                    key, "only a phase that continues another one has a schedule to begin anew; add \"continue\": true")
            }
            if let key = phase["stop_at"], let stop = key.scalar?.int, let steps = phase["steps"]?.scalar?.int,
                stop > steps
            {
                fields.reportKey(key, "the phase has only \(steps) steps to stop at; expected at most that")
            }
            guard let key = phase["continue"], key.scalar?.bool == true else { continue }
            guard index > 0 else {
                fields.reportKey(key, "there is no phase before the first that it could go on from")
                continue
            }
            // Said of all phases it means the end of the chain; said of this phase it cannot be meant.
            let before = phases[index - 1]
            guard let restore = before["restore_best"], restore.scalar?.bool == true,
                restore.path.hasPrefix("phases.")
            else { continue }
            fields.reportKey(
                restore,
                "the next phase goes on from this one's last weights (\(key.path)); remove it, "
                    + "or set restore_best in the last phase of the chain")
        }
    }
}
