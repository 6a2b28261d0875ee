namespace AlfrescoBackupFlows.Flows.Engine;

/// <summary>The name of an activity with the types of its input and result, so that a call that does not fit does not compile.</summary>
public sealed record ActivityName<TInput, TOutput>(string Name)
{
    public override string ToString() => Name;
}

/// <summary>The name of a flow with the types of its input and result.</summary>
public sealed record FlowName<TInput, TOutput>(string Name)
{
    public override string ToString() => Name;
}

/// <summary>For inputs and results that carry nothing.</summary>
public sealed record Nothing
{
    public static readonly Nothing Value = new();
}
