using System.Buffers;
using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Flows.Archives;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Exporting;

/// <summary>
/// A list of required files as lines: size, id of the content URL, path, with tabs between. The size is <c>-</c> where the
/// database does not say it, and <c>!</c> where it says what no file can have. In a path <c>\n</c> stands for a line end
/// and <c>\\</c> for a backslash.
/// </summary>
internal static class RequiredLines
{
    /// <summary>Twice a path, and two numbers.</summary>
    private const int MaxLine = (2 * PathOrder.MaxPathBytes) + 64;

    public static byte[] Write(RequiredFile file)
    {
        string size = file.Size switch
        {
            null => "-",
            RequiredFile.NoFilesSize => "!",
            { } known => known.ToString(CultureInfo.InvariantCulture),
        };
        var line = new ArrayBufferWriter<byte>(file.Path.Length + 32);
        line.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{size}\t{file.UrlId}\t")));
        foreach (byte value in file.Path)
        {
            line.Write(
                value switch
                {
                    (byte)'\\' => "\\\\"u8,
                    (byte)'\n' => "\\n"u8,
                    _ => [value],
                }
            );
        }

        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    /// <summary>Reads a whole list; each line by itself is in memory.</summary>
    public static async IAsyncEnumerable<RequiredFile> ReadAsync(Stream lines)
    {
        await foreach (ReadOnlyMemory<byte> line in ByteLines.ReadAsync(lines, MaxLine, ExportNames.Required))
        {
            yield return Parse(line.Span);
        }
    }

    private static RequiredFile Parse(ReadOnlySpan<byte> line)
    {
        int first = line.IndexOf((byte)'\t');
        int second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)'\t');
        if (second < 0)
        {
            throw Wrong();
        }

        ReadOnlySpan<byte> size = line[..first];
        return new RequiredFile(
            PathOf(line[(first + second + 2)..]),
            size.SequenceEqual("-"u8) ? null
                : size.SequenceEqual("!"u8) ? RequiredFile.NoFilesSize
                : Number(size),
            Number(line.Slice(first + 1, second))
        );
    }

    private static byte[] PathOf(ReadOnlySpan<byte> text)
    {
        byte[] path = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte value = text[i];
            if (value == (byte)'\\')
            {
                i++;
                value =
                    i == text.Length ? throw Wrong()
                    : text[i] == (byte)'n' ? (byte)'\n'
                    : text[i] == (byte)'\\' ? (byte)'\\'
                    : throw Wrong();
            }

            path[length++] = value;
        }

        return path[..length];
    }

    private static long Number(ReadOnlySpan<byte> digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
        && number < RequiredFile.NoFilesSize
            ? number
            : throw Wrong();

    private static PermanentException Wrong() => ArchiveFault.Of("a list of required files in it is damaged");
}
