using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>The JSON of <c>config/&lt;n&gt;</c>. Not secret, and not trusted before the log names its hash.</summary>
internal sealed record RepositoryConfig
{
    public const string FormatName = "AlfrescoBackupFlows repository";
    public const int FormatVersion = 1;

    public required string Format { get; init; }

    public required int Version { get; init; }

    /// <summary>32 hexadecimal digits.</summary>
    public required string Repository { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary><c>passphrase</c> or <c>none</c>.</summary>
    public required string Encryption { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<SlotDocument> Slots { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<ClearKeyDocument> Keys { get; init; }

    /// <summary>Generations of the content key that are pairs; not there before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<PublicKeyDocument> PublicKeys { get; init; }
}

/// <summary>The public half of a generation of the content key.</summary>
internal sealed record PublicKeyDocument(string Class, uint Generation, byte[] Public);

/// <summary>What a host gets that may add to the repository and not read its content. Secret.</summary>
internal sealed record KeyFileDocument(
    string Format,
    int Version,
    string Repository,
    DateTimeOffset Created,
    ImmutableArray<ClearKeyDocument> Keys,
    ImmutableArray<PublicKeyDocument> PublicKeys
)
{
    public const string FormatName = "AlfrescoBackupFlows write-only keys";
}

/// <param name="Id">8 hexadecimal digits.</param>
internal sealed record SlotDocument(
    string Id,
    string Name,
    DateTimeOffset Created,
    string Type,
    KdfDocument Kdf,
    ImmutableArray<WrappedKeyDocument> Keys
);

internal sealed record KdfDocument(string Name, int MemoryKiB, int Iterations, int Parallelism, byte[] Salt);

internal sealed record WrappedKeyDocument(string Class, uint Generation, byte[] Wrapped);

internal sealed record ClearKeyDocument(string Class, uint Generation, byte[] Clear);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(RepositoryConfig))]
[JsonSerializable(typeof(KeyFileDocument))]
internal sealed partial class ConfigJson : JsonSerializerContext;
