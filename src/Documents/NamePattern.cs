using AlfrescoBackupFlows.Repository.Catalogues;

namespace AlfrescoBackupFlows.Documents;

/// <summary>
/// What <c>abf find</c> looks for. A node reference, a UUID and a content URL are looked up. Other text is part of a name;
/// with <c>*</c> or <c>?</c> it is a whole name (<c>\\</c> takes the meaning from the character after it); with <c>/</c> a
/// whole path, name by name, where <c>**</c> is any number of folders, and a <c>/</c> at its end all that is below. Letters
/// match in any case.
/// </summary>
public sealed class NamePattern
{
    private const string Deep = "**";

    /// <summary>So many are read sooner than a path is walked down.</summary>
    private const int FewSegments = 16;

    private readonly string[] _names;
    private readonly (char Letter, bool IsWild)[][] _letters;
    private readonly string? _store;
    private readonly CatalogueLookup? _lookup;
    private readonly CatalogueLookup? _lastName;

    private NamePattern(string[] names, CatalogueLookup? lookup, string? store)
    {
        (_names, _lookup, _store) = (names, lookup, store);
        _letters = [.. names.Select(static name => PatternText.Read(name).ToArray())];
        Part = names.Length > 0 ? PatternText.PartOf(names[^1]) : null;
        _lastName = names.Length > 0 && PatternText.NameOf(names[^1]) is { } name ? CatalogueLookup.OfName(name) : null;
    }

    /// <summary>What all names have that match; null: not known.</summary>
    public NamePart? Part { get; }

    /// <summary>The path decides as well.</summary>
    public bool NeedsPath => _names.Length > 1;

    /// <summary>The segments of a catalogue that may have something that matches; null: all may.</summary>
    public async Task<IReadOnlySet<CatalogueSegmentRow>?> NarrowAsync(
        CatalogueReader catalogue,
        CancellationToken cancellationToken
    )
    {
        if (_lookup is not null)
        {
            return await catalogue.FindSegmentsAsync(_lookup, cancellationToken);
        }

        PathStep[] steps =
        [
            .. _names.Select(
                (name, at) =>
                    new PathStep(PatternText.NameOf(name), title => IsLike(at, title)) { IsDeep = name == Deep }
            ),
        ];
        IReadOnlySet<CatalogueSegmentRow>? named = _lastName is null
            ? null
            : await catalogue.FindSegmentsAsync(_lastName, cancellationToken);
        return NeedsPath && named is not { Count: <= FewSegments }
            ? await catalogue.FindSegmentsAsync(steps, cancellationToken) ?? named
            : named;
    }

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
        if (isPath && names.Length > 0 && text.EndsWith('/'))
        {
            names = [.. names, Deep];
        }

        return new NamePattern(
            isPath || text.IndexOfAny(PatternText.Wildcards) >= 0
                ? names
                : [$"*{text.Replace("\\", "\\\\", StringComparison.Ordinal)}*"],
            lookup: null,
            store: null
        );
    }

    public bool Matches(CatalogueNode node) =>
        _lookup is { } lookup
            ? lookup.Wants(node) && (_store is null || node.Store == _store)
            : _names.Length > 0 && IsLike(_names.Length - 1, node.Title);

    /// <summary>Of a node that <see cref="Matches"/>.</summary>
    public bool MatchesPath(string? path)
    {
        string[] names = path?.Split('/') ?? [];
        (int at, int name) = (0, 0);
        (int deep, int resume) = (-1, 0);
        while (name < names.Length)
        {
            if (at < _names.Length && _names[at] == Deep)
            {
                // For now it stands for nothing, but for the document's own name where it comes last.
                (deep, resume) = (at, name);
                name += at == _names.Length - 1 ? 1 : 0;
                at++;
            }
            else if (at < _names.Length && IsLike(at, names[name]))
            {
                (at, name) = (at + 1, name + 1);
            }
            else if (deep >= 0)
            {
                // What came after it does not fit here: it stands for one name more.
                resume++;
                (at, name) = (deep + 1, resume + (deep == _names.Length - 1 ? 1 : 0));
            }
            else
            {
                return false;
            }
        }

        return at == _names.Length;
    }

    private bool IsLike(int at, string name) => PatternText.IsLike(_letters[at], name);
}
