using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Content;

/// <summary>
/// Where a content URL's file is. <c>store://Y/M/D/H/m[/bucket]/GUID.bin</c>, its variants with a volume in front and
/// the paths of bulk imports are paths beneath <c>contentstore</c>; <c>NAME://path</c> and <c>store://NAME/path</c> lie
/// beneath the further store NAME. Nothing is percent-decoded, because Alfresco does not.
/// </summary>
public sealed class ContentUrlMap
{
    private const string Separator = "://";

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private static readonly SearchValues<char> ProtocolCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._"
    );

    private readonly ImmutableArray<string> _stores;

    /// <param name="stores">Names of the further stores.</param>
    public ContentUrlMap(IEnumerable<string> stores)
    {
        _stores = [.. stores];
    }

    /// <summary>True for a name that can stand before <c>://</c> and as a directory's name.</summary>
    internal static bool IsStoreName(string name) =>
        name.Length is > 0 and <= 64
        && name is not ("." or ".." or "store" or "spoof")
        && !name.AsSpan().ContainsAnyExcept(ProtocolCharacters);

    /// <summary>
    /// What the places depend on beside the URL, one line: two maps that say the same lead to the same places. Begins with
    /// the version of the rules below, and of what is counted by them.
    /// </summary>
    public string Rules => $"2 {string.Join(' ', _stores)}";

    /// <summary>The place that Alfresco would read. Never throws.</summary>
    public ContentPlace Locate(string contentUrl)
    {
        int at = contentUrl.IndexOf(Separator, StringComparison.Ordinal);
        if (at <= 0 || contentUrl.AsSpan(0, at).ContainsAnyExcept(ProtocolCharacters))
        {
            return Other(ContentPlaceKind.Invalid, string.Empty);
        }

        string protocol = contentUrl[..at];
        string path = contentUrl[(at + Separator.Length)..];
        if (_stores.Contains(protocol))
        {
            return Beneath(ContentRoot.Stores + protocol, path, protocol);
        }

        if (protocol == "spoof")
        {
            return Other(ContentPlaceKind.NoFile, protocol);
        }

        if (protocol != "store")
        {
            return Other(ContentPlaceKind.Outside, protocol);
        }

        int slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && _stores.Contains(path[..slash])
            ? Beneath(ContentRoot.Stores + path[..slash], path[(slash + 1)..], protocol)
            : Beneath(ContentRoot.Contentstore, path, protocol);
    }

    /// <summary>
    /// Where else the file may be, when it is not at its place: the cleaner moves files to <c>contentstore.deleted</c>
    /// under the same path, and a tenant's content may lie in a store of its own under the same URL. In the order in
    /// which to look.
    /// </summary>
    public IEnumerable<ContentPlace> LookFurther(ContentPlace place)
    {
        if (place.Kind != ContentPlaceKind.File)
        {
            yield break;
        }

        yield return place with
        {
            Root = ContentRoot.Deleted,
        };
        if (place.Root == ContentRoot.Contentstore)
        {
            foreach (string store in _stores)
            {
                yield return place with
                {
                    Root = ContentRoot.Stores + store,
                };
            }
        }
    }

    private static ContentPlace Other(ContentPlaceKind kind, string protocol) => new(kind, string.Empty, [], protocol);

    private static ContentPlace Beneath(string root, string path, string protocol)
    {
        // Java's File drops empty components; "." leads nowhere else; ".." is refused by Alfresco as well.
        string[] components = path.Split('/').Where(static c => c is not ("" or ".")).ToArray();
        if (
            components.Length == 0
            || components.Contains("..", StringComparer.Ordinal)
            || path.Contains('\0', StringComparison.Ordinal)
        )
        {
            return Other(ContentPlaceKind.Invalid, protocol);
        }

        try
        {
            byte[] bytes = StrictUtf8.GetBytes(string.Join('/', components));
            return bytes.Length <= TreePath.MaxLength
                ? new ContentPlace(ContentPlaceKind.File, root, bytes, protocol)
                : Other(ContentPlaceKind.Invalid, protocol);
        }
        catch (EncoderFallbackException)
        {
            return Other(ContentPlaceKind.Invalid, protocol);
        }
    }
}
