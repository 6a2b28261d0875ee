using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>The content roots of a run, by the names they are restored under.</summary>
internal static class ContentRoots
{
    /// <summary>The root that holds the copy of the search index.</summary>
    public const string Index = "lucene-indexes";

    /// <summary>The content roots, in the order of capture, and where there is any the configuration.</summary>
    public static IEnumerable<ContentRoot> Of(Installation installation) =>
        installation.Configuration.IsEmpty
            ? installation.Roots
            : installation.Roots.Append(new ContentRoot(ContentRoot.Configuration, "/", "the configuration files"));

    public static ContentRoot Find(Installation installation, string name) =>
        Of(installation).FirstOrDefault(root => root.Name == name)
        ?? throw new PermanentException(
            ErrorKind.Configuration,
            $"The content root '{name}' is no longer in the configuration: start a new backup."
        );

    /// <summary>
    /// Where else a required file of the root may lie: where the cleaner moves it, or in a tenant's store. The caller
    /// disposes them.
    /// </summary>
    public static ImmutableArray<SourceTree> OpenElsewhere(Installation installation, SourceRoots roots, string name)
    {
        var anyFile = new ContentPlace(ContentPlaceKind.File, name, [], string.Empty);
        bool holdsContent =
            name == ContentRoot.Contentstore || name.StartsWith(ContentRoot.Stores, StringComparison.Ordinal);
        IEnumerable<ContentPlace> places = holdsContent ? installation.Urls.LookFurther(anyFile) : [];
        return
        [
            .. from place in places
            from root in installation.Roots
            where root.Name == place.Root && GivenPath.IsDirectory(root.Path)
            select roots.Open(root),
        ];
    }
}
