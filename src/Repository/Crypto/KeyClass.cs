namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>What a key is for. The first three stand in sealed headers; <see cref="Chunk"/> seals nothing.</summary>
internal enum KeyClass : byte
{
    Content = 1,
    Metadata = 2,
    Log = 3,

    /// <summary>Ids of chunks, cut points and ends of segments; constant for the repository's life.</summary>
    Chunk = 4,
}

internal static class KeyClasses
{
    /// <summary>The names in a config, in its order.</summary>
    public static readonly IReadOnlyList<(KeyClass Class, string Name)> All =
    [
        (KeyClass.Content, "content"),
        (KeyClass.Metadata, "metadata"),
        (KeyClass.Log, "log"),
        (KeyClass.Chunk, "chunk"),
    ];

    public static string NameOf(KeyClass keyClass) => All.First(entry => entry.Class == keyClass).Name;

    /// <summary>The class whose keys seal objects of a type.</summary>
    public static KeyClass Of(ObjectType type) =>
        type switch
        {
            ObjectType.LogEntry => KeyClass.Log,
            ObjectType.ContentPack or ObjectType.DumpPack or ObjectType.IndexPack => KeyClass.Content,
            _ => KeyClass.Metadata,
        };
}
