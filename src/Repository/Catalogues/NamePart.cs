using System.Buffers;
using System.Text;

namespace AlfrescoBackupFlows.Repository.Catalogues;

/// <summary>
/// A part of names, by which a segment that has it nowhere is passed over as bytes: to make nodes of these takes far
/// longer than to look for it.
/// </summary>
public sealed class NamePart
{
    /// <summary>Almost every segment has each letter.</summary>
    private const int MinLetters = 2;

    private readonly SearchValues<string> _bytes;

    private NamePart(string text) =>
        _bytes = SearchValues.Create(
            [Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text))],
            StringComparison.OrdinalIgnoreCase
        );

    /// <param name="text">ASCII in any case, and other characters that have none.</param>
    /// <returns>Null where it is too short to tell segments apart.</returns>
    public static NamePart? TryCreate(string text) => text.Length < MinLetters ? null : new NamePart(text);

    /// <summary>Whether the bytes of a segment have it: in a name, or, which does not matter, elsewhere.</summary>
    internal bool IsIn(ReadOnlySpan<byte> segment)
    {
        char[] characters = ArrayPool<char>.Shared.Rent(segment.Length);
        try
        {
            int length = Encoding.Latin1.GetChars(segment, characters);
            return characters.AsSpan(0, length).ContainsAny(_bytes);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }
}
