namespace AlfrescoBackupFlows.Flows.Options;

/// <summary>Where the URL of a store leads, without any secret in it.</summary>
public static class StorePlace
{
    /// <summary>The URL without query and slash at its end: two that are equal lead to one place.</summary>
    public static string? Of(string? url) => url?.Split('?', '#')[0].TrimEnd('/');
}
