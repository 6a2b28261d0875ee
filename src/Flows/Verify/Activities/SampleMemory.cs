using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>
/// Where the samples of a turn have come to: a small blob of the control store, so that it outlives the machine. Whoever
/// may write there can make a sample read other packs first; none is called sound that was not read.
/// </summary>
/// <param name="turn">As in <see cref="SampleRequest"/>.</param>
internal sealed class SampleMemory(FlowEnvironment environment, string turn)
{
    private const string Prefix = "samples/";
    private const int MaxBytes = 64 * 1024;

    /// <summary>Of more damaged packs, the first are read again by each sample.</summary>
    private const int MaxDamaged = 100;

    /// <summary>An installation may have any name: a blob has not.</summary>
    private string Name
    {
        get
        {
            byte[] whose = Encoding.UTF8.GetBytes($"{environment.Options.Installation.Name} {turn}");
            return Prefix + Convert.ToHexStringLower(SHA256.HashData(whose).AsSpan(0, 8));
        }
    }

    /// <summary>Where nothing is remembered, a turn begins anywhere.</summary>
    public async Task<SampleStart> RecallAsync(CancellationToken cancellationToken)
    {
        byte[] content = new byte[MaxBytes];
        int length = await OpenAsync(cancellationToken) is { } control
            ? await control.ReadAsync(Name, 0, content, cancellationToken) ?? 0
            : 0;
        return Read(content.AsSpan(0, length)) ?? new SampleStart(DrawPlace(), []);
    }

    /// <returns>False: there is no place to write it to.</returns>
    public async Task<bool> TryRememberAsync(SampleStart reached, CancellationToken cancellationToken)
    {
        try
        {
            if (await OpenAsync(cancellationToken) is not { } control)
            {
                return false;
            }

            SampleStart kept = reached with { Damaged = [.. reached.Damaged.Take(MaxDamaged)] };
            await control.PutAsync(
                Name,
                JsonSerializer.SerializeToUtf8Bytes(kept, SampleJson.Default.SampleStart),
                cancellationToken
            );
            return true;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Storage)
        {
            return false;
        }
    }

    private Task<IBlobStore?> OpenAsync(CancellationToken cancellationToken) =>
        environment.Stores.OpenControl is { } open
            ? open(cancellationToken)
            : Task.FromResult<IBlobStore?>(environment.Stores.Control);

    private static string DrawPlace()
    {
        Span<byte> id = stackalloc byte[PackId.Size];
        RandomNumberGenerator.Fill(id);
        return PackId.Read(id).ToString();
    }

    /// <summary>Null for what is none of ours.</summary>
    private static SampleStart? Read(ReadOnlySpan<byte> content)
    {
        try
        {
            return
                content.Length > 0
                && JsonSerializer.Deserialize(content, SampleJson.Default.SampleStart) is { } start
                && PackId.TryParse(start.After, out _)
                && !start.Damaged.IsDefault
                && start.Damaged.Length <= MaxDamaged
                && start.Damaged.All(static pack => PackId.TryParse(pack, out _))
                ? start
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SampleStart))]
internal sealed partial class SampleJson : JsonSerializerContext;
