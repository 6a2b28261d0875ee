using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository.Catalogues;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Packs;
using AlfrescoBackupFlows.Repository.Runs;

namespace AlfrescoBackupFlows.Fuzz.Targets;

/// <summary>Blobs of a repository, before and after they are authenticated.</summary>
internal static class RepositoryTargets
{
    private const string Name = "packs/00/00000000000000000000000000000001";

    /// <summary>Of zeros, so that what is in the corpus opens.</summary>
    private static readonly KeyRing Keys = new(
        1,
        KeyClasses.All.Select(k => new ClassKey(k.Class, 1, new byte[KeyRing.KeySize]))
    );
    private static readonly ObjectCipher Cipher = new(Keys);
    private static readonly FrameCodec Codec = new();

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("log-entry", bytes => LogJson.Read(bytes, 5)),
        new("log-entry-state", bytes => LogJson.Read(bytes, 64)),
        new("config", bytes => ReadConfig(bytes)),
        // What is authenticated may claim up to 64 MiB.
        new("sealed-object", ReadObject) { Base = 2L * FrameCodec.MaxPlainLength },
        new("frame", ReadFrame) { Base = 2L * FrameCodec.MaxPlainLength, ShortRun = 500 },
        new("pack-trailer", ReadTrailer),
        new("pack-directory", bytes => PackDirectory.Decode(bytes, 1000, Name)),
        new("chunk-index", bytes => _ = ChunkIndexTable.Decode(bytes, "index/1").Places.Count()),
        new("page", ReadPage),
        new("listing-segment", bytes => SegmentDecoder.Decode(bytes, "a segment")),
        new("catalogue-segment", bytes => CatalogueSegment.Decode(bytes, new CatalogueSegmentRow(0, default, 2, 1))),
        new("catalogue-folders", bytes => CatalogueFolders.Find(bytes, new HashSet<long> { 7 })),
        new("catalogue-filter", bytes => CatalogueFilter.Find(bytes, [CatalogueKey.OfUrl("key")])),
        new("blob-names", ReadNames),
    ];

    private static void ReadConfig(byte[] bytes)
    {
        RepositoryConfig config = ConfigFile.Parse(bytes, "config/1", "memory");
        _ = ConfigFile.IsNewer(bytes);
        _ = config.Slots.IsDefault ? 0 : config.Slots.Length;
    }

    private static void ReadObject(byte[] bytes)
    {
        foreach (ObjectType type in Enum.GetValues<ObjectType>())
        {
            _ = Cipher.NewerThanThis(type, bytes);
        }

        Cipher.Open(ObjectType.Receipt, "runs/x", bytes);
    }

    private static void ReadFrame(byte[] bytes)
    {
        var plain = new byte[FrameCodec.PlainLength(bytes, Name)];
        Codec.Decode(bytes, plain, Name);
    }

    private static void ReadTrailer(byte[] bytes)
    {
        if (bytes.Length == PackDirectory.TrailerSize)
        {
            PackTrailer trailer = PackTrailer.Read(bytes, 5000, Name);
            using FrameCipher cipher = FrameCipher.Create(Keys, ObjectType.ContentPack, Name);
            trailer.Open(cipher, Codec, bytes, Name);
        }
    }

    private static void ReadPage(byte[] bytes)
    {
        PageContent page = PageContent.Decode(bytes, "runs/x");
        _ = page.Result(LogJson.Default.InstallationStamp);
    }

    private static void ReadNames(byte[] bytes)
    {
        string name = Encoding.UTF8.GetString(bytes);
        if (LogNames.TryParse(name, out long sequence) && LogNames.BlobName(sequence) != name)
        {
            throw new InvalidOperationException($"'{name}' is taken for entry {sequence}.");
        }

        if (ChunkIndexId.TryParse(name, out ChunkIndexId index) && index.ToString() != name)
        {
            throw new InvalidOperationException($"'{name}' is taken for index {index}.");
        }

        if (PackId.TryParse(name, out PackId pack) && pack.ToString() != name)
        {
            throw new InvalidOperationException($"'{name}' is taken for pack {pack}.");
        }

        if (RunId.TryParse(name, out RunId run) && (run.ToString() != name || run.Started > DateTimeOffset.MaxValue))
        {
            throw new InvalidOperationException($"'{name}' is taken for run {run}.");
        }

        if (PlainText.Escape(name).Any(char.IsControl))
        {
            throw new InvalidOperationException("What is shown has control characters.");
        }
    }
}
