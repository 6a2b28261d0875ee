using System.Buffers;
using System.Globalization;
using System.Text;

namespace AlfrescoBackupFlows.Repository;

/// <summary>
/// Paths as text, for manifests and people: UTF-8 where it is valid; a byte that is not, and a control character, becomes <c>\xNN</c>, and a backslash <c>\\</c>.
/// No two paths have the same text.
/// </summary>
public static class PathText
{
    public static string Format(ReadOnlySpan<byte> path)
    {
        StringBuilder text = new(path.Length);
        Span<char> pair = stackalloc char[2];
        while (!path.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(path, out Rune rune, out int consumed);
            if (status != OperationStatus.Done || Rune.IsControl(rune))
            {
                foreach (byte value in path[..consumed])
                {
                    text.Append("\\x").Append(value.ToString("x2", CultureInfo.InvariantCulture));
                }
            }
            else if (rune.Value == '\\')
            {
                text.Append("\\\\");
            }
            else
            {
                text.Append(pair[..rune.EncodeToUtf16(pair)]);
            }

            path = path[consumed..];
        }

        return text.ToString();
    }
}
