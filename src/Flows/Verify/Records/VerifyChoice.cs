using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Verify.Records;

/// <summary>How deep a verification looks, as a command line or a request says it.</summary>
/// <param name="Depth">One of <see cref="VerifyDepths"/>; null: as <paramref name="ReadData"/> says.</param>
/// <param name="ReadData">The short form of <c>data</c>.</param>
/// <param name="Percent">Of the packs, for a sample; null: not said.</param>
/// <param name="Budget">For a sample; null: not said.</param>
public sealed record VerifyChoice(string? Depth, bool ReadData, double? Percent, TimeSpan? Budget)
{
    /// <summary>What cannot be done as it was said, a line; null where all fits.</summary>
    /// <param name="dashes">What stands in front of a name: <c>--</c> on a command line.</param>
    public string? Fault(string dashes) =>
        Depth is not (null or VerifyDepths.Structure or VerifyDepths.Sample or VerifyDepths.Data or VerifyDepths.Live)
            ? $"{dashes}depth '{Depth}': write structure, sample, data or live"
        : ReadData && Depth is not (null or VerifyDepths.Data)
            ? $"{dashes}depth {Depth}: {(dashes.Length > 0 ? "--read-data" : "readData")} means depth data; leave one of both out"
        : Depth != VerifyDepths.Sample && (Percent is not null || Budget is not null)
            ? $"{dashes}share, {dashes}budget: they belong to {dashes}depth sample"
        : Percent is { } percent && percent is not (> 0 and <= 100)
            ? $"{dashes}share {percent}%: write more than 0% and at most 100%"
        : Budget <= TimeSpan.Zero ? $"{dashes}budget: write a time longer than none, such as 10min"
        : null;

    /// <param name="set">The set's id; null: all sets.</param>
    /// <param name="turn">As in <see cref="SampleRequest"/>.</param>
    public VerifyInput ToInput(RunId? set, string turn)
    {
        double? usual = Budget is null ? SampleRequest.UsualShare : null;
        return new VerifyInput(set, ReadData || Depth == VerifyDepths.Data)
        {
            Live = Depth == VerifyDepths.Live,
            Sample = Depth == VerifyDepths.Sample ? new SampleRequest(Percent / 100 ?? usual, Budget, turn) : null,
        };
    }
}
