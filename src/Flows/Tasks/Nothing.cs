namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>For inputs and results that carry nothing.</summary>
public sealed record Nothing
{
    public static readonly Nothing Value = new();
}
