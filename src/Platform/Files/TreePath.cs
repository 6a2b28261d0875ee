using System.Buffers;
using System.Text;

namespace AlfrescoBackupFlows.Platform.Files;

/// <summary>Rules for the byte paths of a tree: components separated by '/', relative to the tree's root; the empty
/// path is the root itself.</summary>
public static class TreePath
{
    /// <summary>Longest path, in bytes.</summary>
    public const int MaxLength = 65_535;

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>True for a path that stays beneath the root whatever is there: no empty, <c>.</c> or <c>..</c>
    /// component, no U+0000.</summary>
    public static bool IsValid(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            return true;
        }

        if (path.Length > MaxLength || path.Contains((byte)0))
        {
            return false;
        }

        while (true)
        {
            int slash = path.IndexOf((byte)'/');
            ReadOnlySpan<byte> component = slash < 0 ? path : path[..slash];
            if (component.IsEmpty || component.SequenceEqual("."u8) || component.SequenceEqual(".."u8))
            {
                return false;
            }

            if (slash < 0)
            {
                return true;
            }

            path = path[(slash + 1)..];
        }
    }

    /// <summary>
    /// For manifests and people: UTF-8 where it is valid; a byte that is not, and a control character, becomes
    /// <c>\xNN</c>, and a backslash <c>\\</c>. No two paths have the same text.
    /// </summary>
    public static string Display(ReadOnlySpan<byte> path)
    {
        var text = new StringBuilder(path.Length);
        Span<char> chars = stackalloc char[2];
        while (!path.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(path, out var rune, out var used);
            if (status == OperationStatus.Done && rune.Value == '\\')
            {
                text.Append("\\\\");
            }
            else if (status == OperationStatus.Done && !Rune.IsControl(rune))
            {
                text.Append(chars[..rune.EncodeToUtf16(chars)]);
            }
            else
            {
                foreach (var b in path[..used])
                {
                    text.Append("\\x").Append(b.ToString("x2"));
                }
            }

            path = path[used..];
        }

        return text.ToString();
    }

    /// <summary>The path as text where it is valid UTF-8, otherwise null.</summary>
    public static string? TryGetText(ReadOnlySpan<byte> path)
    {
        try
        {
            return StrictUtf8.GetString(path);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The same for the name of one entry.</summary>
    internal static void RequireName(ReadOnlySpan<byte> name)
    {
        Require(name);
        if (name.IsEmpty || name.Contains((byte)'/'))
        {
            throw new ArgumentException($"'{Display(name)}' is not a name of one entry.", nameof(name));
        }
    }

    /// <summary>Throws <see cref="ArgumentException"/> for a path that <see cref="IsValid"/> refuses: callers check
    /// what comes from outside first.</summary>
    internal static void Require(ReadOnlySpan<byte> path)
    {
        if (!IsValid(path))
        {
            throw new ArgumentException($"'{Display(path)}' is not a path beneath a root.", nameof(path));
        }
    }
}
