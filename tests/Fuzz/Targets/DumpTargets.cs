using System.Text;
using AlfrescoBackupFlows.Alfresco.Databases.MySql;
using AlfrescoBackupFlows.Alfresco.Databases.Postgres;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Fuzz.Targets;

/// <summary>Dumps, whole and in pieces: what is found must not depend on where a piece ends.</summary>
internal static class DumpTargets
{
    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("postgres-dump", bytes => Same(ReadPostgres, bytes)) { PerByte = 16 * 1024 },
        new("postgres-restriction", Restrict) { PerByte = 16 * 1024 },
        new("mysql-dump", bytes => Same(ReadMySql, bytes)) { PerByte = 16 * 1024 },
    ];

    private static void Same(Func<byte[], int, string> read, byte[] bytes)
    {
        string whole = read(bytes, int.MaxValue);
        foreach (int size in (int[])[1, 7])
        {
            string pieces = read(bytes, size);
            if (pieces != whole)
            {
                throw new InvalidOperationException($"In pieces of {size}: {pieces}; whole: {whole}");
            }
        }
    }

    private static string ReadPostgres(byte[] bytes, int size)
    {
        var reader = new DumpReader();
        var found = new StringBuilder();
        try
        {
            foreach (ReadOnlyMemory<byte> next in Pieces(bytes, size))
            {
                for (ReadOnlyMemory<byte> piece = next; !piece.IsEmpty; )
                {
                    (DumpPart part, int taken) = reader.Read(piece);
                    piece = piece[taken..];
                    found.Append(
                        part switch
                        {
                            DumpPart.Statement or DumpPart.Copy => $"[{part} {reader.Statement}]",
                            DumpPart.CopyData => Encoding.Latin1.GetString(reader.Data.Span),
                            DumpPart.CopyEnd => "[end]",
                            _ => string.Empty,
                        }
                    );
                }
            }
        }
        catch (PermanentException e)
        {
            found.Append(e.Message);
        }

        return found.ToString();
    }

    private static string ReadMySql(byte[] bytes, int size)
    {
        var inserts = new AlfrescoInserts();
        var reader = new InsertReader(inserts);
        try
        {
            foreach (ReadOnlyMemory<byte> piece in Pieces(bytes, size))
            {
                reader.Read(piece.Span);
            }
        }
        catch (FormatException e)
        {
            return e.Message;
        }

        return $"{inserts.Watermark} {string.Join(',', inserts.Pending)} {string.Join(',', inserts.Rows)}";
    }

    /// <summary>What reaches psql is the dump, less the lines of its own restriction at both ends.</summary>
    private static void Restrict(byte[] bytes)
    {
        using var psql = new MemoryStream();
        var restriction = new PostgresRestriction(psql);
        foreach (ReadOnlyMemory<byte> piece in Pieces(bytes, 999))
        {
            restriction.WriteAsync(piece, default).GetAwaiter().GetResult();
        }

        restriction.CompleteAsync(default).GetAwaiter().GetResult();
        if (psql.Length > bytes.Length)
        {
            throw new InvalidOperationException($"psql got {psql.Length} of {bytes.Length} bytes.");
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] bytes, int size)
    {
        for (int at = 0; at < bytes.Length; at += Math.Min(size, bytes.Length - at))
        {
            yield return bytes.AsMemory(at, Math.Min(size, bytes.Length - at));
        }
    }
}
