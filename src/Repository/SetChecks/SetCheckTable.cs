using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.SetChecks;

/// <summary>
/// The newest checks of every set, as one blob holds them: who lists four hundred sets reads one blob. In the order in
/// which they were written, whatever their clocks said.
/// </summary>
public sealed class SetCheckTable
{
    public static readonly SetCheckTable Empty = new([]);

    /// <summary>Of one set, kind and depth.</summary>
    internal const int Kept = 3;

    private const int MaxFindings = 20;
    private const int MaxLineLength = 1000;
    private const string More = " ...";
    private const int MoreLength = 4;
    private const int MaxPlainBytes = 16 << 20;

    private SetCheckTable(ImmutableArray<SetCheck> checks) => Checks = checks;

    public ImmutableArray<SetCheck> Checks { get; }

    /// <summary>
    /// What is to be told of a set: the newest check that failed, until one passes that looks at least as deep; else the
    /// newest; null where there is none.
    /// </summary>
    /// <param name="kind">One of <see cref="SetCheckKinds"/>.</param>
    public SetCheck? FindLast(RunId set, string kind)
    {
        SetCheck[] own = [.. Checks.Where(check => check.Set == set && check.Kind == kind)];
        for (int i = own.Length - 1; i >= 0; i--)
        {
            SetCheck check = own[i];
            if (!check.Passed && !own[(i + 1)..].Any(later => later.Passed && LooksAsDeep(later, check)))
            {
                return check;
            }
        }

        return own.LastOrDefault();
    }

    /// <summary>Adds checks, a second time in the place of the first, and drops those of sets that are no more, and those that newer ones stand for.</summary>
    /// <param name="live">The sets that the log has.</param>
    internal SetCheckTable With(IEnumerable<SetCheck> added, IReadOnlySet<RunId> live) =>
        new([
            .. Checks
                .Concat(added.Select(Fit))
                .Where(check => live.Contains(check.Set))
                .Reverse()
                .DistinctBy(check => (check.Set, check.Kind, check.Depth, check.Started))
                .GroupBy(check => (check.Set, check.Kind, check.Depth))
                .SelectMany(same => same.Take(Kept))
                .Reverse(),
        ]);

    /// <summary>The oldest go where all of them would be more than a blob takes.</summary>
    internal byte[] Write()
    {
        ImmutableArray<SetCheck> checks = Checks;
        while (true)
        {
            byte[] plain = JsonSerializer.SerializeToUtf8Bytes(
                new SetCheckDocument(checks),
                SetCheckJson.Default.SetCheckDocument
            );
            if (plain.Length <= MaxPlainBytes)
            {
                return plain;
            }

            checks = checks[(checks.Length / 8 + 1)..];
        }
    }

    /// <summary>What no writer stores by the rules of the format is damage.</summary>
    internal static SetCheckTable Read(ReadOnlySpan<byte> plain, string blobName)
    {
        if (plain.Length > MaxPlainBytes)
        {
            throw Damage.In(blobName, $"it has {plain.Length} bytes, more than {MaxPlainBytes}");
        }

        try
        {
            SetCheckDocument? document = JsonSerializer.Deserialize(plain, SetCheckJson.Default.SetCheckDocument);
            return document is not { Checks.IsDefault: false } ? throw new JsonException("checks are missing")
                : FaultIn(document.Checks) is { } fault ? throw Damage.In(blobName, fault)
                : new SetCheckTable(document.Checks);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Damage.In(blobName, "its JSON is not that of checks", e);
        }
    }

    private static bool LooksAsDeep(SetCheck check, SetCheck other) =>
        check.Depth == other.Depth || RankOf(check.Depth) >= RankOf(other.Depth);

    /// <summary>By what is read of the set's own bytes: <c>live</c> reads those of the installation besides.</summary>
    private static int RankOf(string? depth) =>
        depth switch
        {
            "data" => 2,
            "sample" => 1,
            _ => 0,
        };

    private static string? FaultIn(ImmutableArray<SetCheck> checks) =>
        checks.Any(static check => check?.Findings is not { IsDefault: false }) ? "a check is missing"
        : checks.Any(static check => check.Findings.Length > MaxFindings)
            ? $"a check has more than {MaxFindings} findings"
        : checks.Any(static check =>
            check.Findings.Any(static line => line?.Length is not <= MaxLineLength + MoreLength)
        )
            ? $"a finding has more than {MaxLineLength + MoreLength} characters"
        : checks.CountBy(static check => (check.Set, check.Kind, check.Depth)).Any(static same => same.Value > Kept)
            ? $"a set has more than {Kept} checks of a kind and depth"
        : null;

    private static SetCheck Fit(SetCheck check) =>
        check with
        {
            Findings =
            [
                .. check
                    .Findings.Take(MaxFindings)
                    .Select(static line => line.Length <= MaxLineLength ? line : line[..MaxLineLength] + More),
            ],
        };
}

internal sealed record SetCheckDocument(ImmutableArray<SetCheck> Checks);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(UtcTimeJsonConverter)]
)]
[JsonSerializable(typeof(SetCheckDocument))]
internal sealed partial class SetCheckJson : JsonSerializerContext;
