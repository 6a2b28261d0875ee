namespace AlfrescoBackupFlows.Embedded;

/// <summary>
/// The flow's code does something else than its history says: another version wrote it, or the code is not
/// deterministic.
/// Nothing was written: the version that wrote the history can go on with it.
/// </summary>
public sealed class NonDeterministicFlowException(Divergence divergence) : Exception(divergence.ToString())
{
    public Divergence Divergence { get; } = divergence;
}

/// <summary>The first place where a flow and its history part.</summary>
/// <param name="Sequence">Of the event in the history; the first is 0. Null: past its end.</param>
/// <param name="Expected">What the history holds.</param>
/// <param name="Actual">What the code did.</param>
public sealed record Divergence(string InstanceId, string FlowName, int? Sequence, string Expected, string Actual)
{
    public override string ToString() =>
        $"flow {FlowName}, instance {InstanceId}: its code does not match its history: "
        + $"{(Sequence is { } s ? $"event {s} is" : "the history expects")} {Expected}, but the code {Actual}; "
        + "go on with the version that started it, or abandon it";
}
