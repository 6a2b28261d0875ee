using System.IO.Enumeration;
using System.Text;
using AlfrescoBackupFlows.Repository.Catalogues;

namespace AlfrescoBackupFlows.Documents;

/// <summary>
/// What <c>abf find</c> looks for. A node reference, a UUID and a content URL are looked up. Other text is part of a name;
/// with <c>*</c> or <c>?</c> it is a whole name (<c>\\</c> takes the meaning from the character after it); with <c>/</c> a
/// whole path, name by name. Letters match in any case.
/// </summary>
public sealed class NamePattern
{
    private static readonly char[] Wildcards = ['*', '?'];

    private readonly string[] _names;
    private readonly string? _store;
    private readonly CatalogueLookup? _lastName;

    private NamePattern(string[] names, CatalogueLookup? lookup, string? store)
    {
        (_names, Lookup, _store) = (names, lookup, store);
        _lastName = names.Length > 1 && IsPlain(names[^1]) ? CatalogueLookup.OfName(names[^1]) : null;
    }

    /// <summary>Null: nothing but the names of all documents can tell.</summary>
    public CatalogueLookup? Lookup { get; }

    /// <summary>What tells which parts of a catalogue have something that matches; null: nothing does.</summary>
    public CatalogueLookup? Narrowing => Lookup ?? _lastName;

    /// <summary>The path decides as well.</summary>
    public bool NeedsPath => _names.Length > 1;

    public static NamePattern Parse(string text)
    {
        if (ItemName.IsUuid(text))
        {
            return new NamePattern([], CatalogueLookup.OfUuid(text), store: null);
        }

        if (ItemName.TryParseNodeRef(text, out string store, out string uuid))
        {
            return new NamePattern([], CatalogueLookup.OfUuid(uuid), store);
        }

        if (ItemName.IsUrl(text))
        {
            return new NamePattern(
                [],
                CatalogueLookup.OfUrls(new HashSet<string>(StringComparer.Ordinal) { text }),
                store: null
            );
        }

        bool isPath = text.Contains('/', StringComparison.Ordinal);
        string[] names = isPath ? text.Split('/', StringSplitOptions.RemoveEmptyEntries) : [text];
        return new NamePattern(
            isPath || text.IndexOfAny(Wildcards) >= 0
                ? names
                : [$"*{text.Replace("\\", "\\\\", StringComparison.Ordinal)}*"],
            lookup: null,
            store: null
        );
    }

    public bool Matches(CatalogueNode node) =>
        Lookup is { } lookup
            ? lookup.Wants(node) && (_store is null || node.Store == _store)
            : _names.Length > 0 && IsLike(_names[^1], node.Title);

    /// <summary>Of a node that <see cref="Matches"/>.</summary>
    public bool MatchesPath(string? path)
    {
        string[] names = path?.Split('/') ?? [];
        return names.Length == _names.Length && !names.Where((name, i) => !IsLike(_names[i], name)).Any();
    }

    /// <summary>
    /// It stands for itself, and the filters know names as patterns do: in other alphabets a letter may have more than two
    /// forms. A node without a name is called by its UUID, which no filter of names has.
    /// </summary>
    private static bool IsPlain(string name) =>
        Ascii.IsValid(name) && name.AsSpan().IndexOfAny('*', '?', '\\') < 0 && !ItemName.IsUuid(name);

    private static bool IsLike(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true);
}
