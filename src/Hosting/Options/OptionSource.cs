namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>Where a setting may come from; a later one counts before an earlier one.</summary>
public enum OptionOrigin
{
    Default,

    /// <summary>Alfresco's own properties, or what Alfresco ships.</summary>
    Discovered,
    File,
    Environment,
}

/// <summary>A setting that counts.</summary>
/// <param name="Path">Such as <c>repository.url</c>.</param>
/// <param name="Value">As it is written in a file; <c>[secret]</c> in place of a secret.</param>
/// <param name="From">The file, the variable or the property; null for a default.</param>
public sealed record OptionSource(string Path, string Value, OptionOrigin Origin, string? From);
