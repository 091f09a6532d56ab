import CommandExecution

extension RunID {
    /// What the commands of a run have in common.
    var commandTag: CommandTag { CommandTag(description) }
}
