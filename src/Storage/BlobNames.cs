using System.Text;

namespace AlfrescoBackupFlows.Storage;

/// <summary>What a blob may be called.</summary>
public static class BlobNames
{
    /// <summary>UTF-16 units; Azure's bound.</summary>
    public const int MaxLength = 1024;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>Throws <see cref="ArgumentException"/> for a name that no store takes: a defect of the caller, not a
    /// fault of the store.</summary>
    public static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaxLength || name.AsSpan().ContainsAny('\0', '\\') || !HasPlainParts(name))
        {
            throw new ArgumentException(
                $"'{name}' is no blob name: 1 to {MaxLength} characters, no U+0000, no backslash (Azure makes it a slash), no part that is empty, '.' or '..'.",
                nameof(name)
            );
        }

        _ = Strict.GetByteCount(name);
    }

    private static bool HasPlainParts(string name)
    {
        foreach (Range range in name.AsSpan().Split('/'))
        {
            if (name.AsSpan(range) is "" or "." or "..")
            {
                return false;
            }
        }

        return true;
    }
}
