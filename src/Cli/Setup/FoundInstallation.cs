using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli.Setup;

/// <summary>The installation that the setup is for, as its own properties describe it.</summary>
/// <param name="IndexKind">For <c>installation.index.kind</c>.</param>
internal sealed record FoundInstallation(InstallationOptions Options, Installation Installation, string IndexKind)
{
    /// <summary>Which of the properties files is meant.</summary>
    /// <exception cref="PermanentException">Configuration: none was found, or several and nobody can say which.</exception>
    public static async Task<string> ChooseAsync(Questions questions, string? given, IReadOnlyList<string> found)
    {
        if (given is null && !questions.IsAsked && found.Count != 1)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                found.Count == 0
                    ? "alfresco-global.properties was not found in the usual places: name it with --properties FILE"
                    : $"there is more than one alfresco-global.properties: name one with --properties FILE, of {string.Join(", ", found)}"
            );
        }

        return await questions.AskAsync(
            given is null ? null : Path.GetFullPath(given),
            "--properties",
            found.Count > 1
                ? $"which alfresco-global.properties, of {string.Join(", ", found)}"
                : "where is alfresco-global.properties",
            found.Count > 0 ? found[0] : null,
            _ => null
        );
    }

    /// <exception cref="PermanentException">Configuration: the properties cannot be read, or do not say enough.</exception>
    public static FoundInstallation Read(InstallationOptions options, string? index)
    {
        options.Index.Kind = index ?? options.Index.Kind;
        Installation found = Installation.Discover(options);
        if (index is null && found.Index?.OtherSubsystem is not null)
        {
            options.Index.Kind = "none";
        }

        return new FoundInstallation(options, found, options.Index.Kind);
    }

    /// <summary>No property says where Solr makes its backups.</summary>
    private string Solr =>
        Installation is { IndexSubsystem: null, Index.OtherSubsystem: not null }
        || Installation.IndexSubsystem?.StartsWith("solr", StringComparison.Ordinal) == true
            ? "; a restored Solr indexes everything again. To capture its cores, set installation.index.kind to solr: docs/solr.md"
            : string.Empty;

    /// <summary>For a person to see whether it is the right one; nothing of it is secret.</summary>
    public IEnumerable<string> Lines
    {
        get
        {
            foreach (ContentRoot root in Installation.Roots)
            {
                yield return $"{root.Name}: {root.Path}";
            }

            yield return $"database: {Installation.Database.Place}, as user {Installation.Database.Username}";
            yield return IndexKind == "none"
                ? $"search index: not captured{(Installation.Index?.OtherSubsystem is { } other ? $" ({other})" : string.Empty)}{Solr}"
                : $"search index: {Installation.Index!.Path}, which Alfresco's job fills at '{Installation.Index.Schedule.Expression}'";
            yield return $"time zone: {Installation.TimeZone.Id}";
        }
    }
}
