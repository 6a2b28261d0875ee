using System.Collections.Immutable;

namespace AlfrescoBackupFlows.Repository.Tests.Garbage;

/// <summary>The files and the dump of an installation at one moment, by path.</summary>
internal sealed record ModelFiles(ImmutableSortedDictionary<string, ImmutableArray<byte>> Files, byte[] Dump)
{
    private const int Most = 14;

    public static readonly ModelFiles None = new(
        ImmutableSortedDictionary.Create<string, ImmutableArray<byte>>(StringComparer.Ordinal),
        []
    );

    /// <summary>A day later: some files more, some fewer, some changed, another dump.</summary>
    public ModelFiles Change(Random random)
    {
        ImmutableSortedDictionary<string, ImmutableArray<byte>> files = Files;
        int changes = 1 + random.Next(5);
        for (int i = 0; i < changes; i++)
        {
            string path = $"{random.Next(Most):00}.bin";
            files = random.Next(4) == 0 ? files.Remove(path) : files.SetItem(path, [.. Bytes(random)]);
        }

        return new ModelFiles(files, Bytes(random));
    }

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(5) == 0 ? 300_000 + random.Next(50_000) : 1 + random.Next(6000)];
        random.NextBytes(bytes);
        return bytes;
    }
}
