using System.Collections.Concurrent;
using System.Text;

namespace AlfrescoBackupFlows.Scaling;

/// <summary>Sizes of inputs and results by activity, in bytes of JSON. Thread-safe.</summary>
internal sealed class PayloadStatistics
{
    private readonly ConcurrentDictionary<string, (long Count, int Input, int Result)> _largest = new(
        StringComparer.Ordinal
    );

    public long Count => _largest.Values.Sum(item => item.Count);

    public void Note(string activity, string input, string result) =>
        _largest.AddOrUpdate(
            activity,
            _ => (1, Encoding.UTF8.GetByteCount(input), Encoding.UTF8.GetByteCount(result)),
            (_, seen) =>
                (
                    seen.Count + 1,
                    Math.Max(seen.Input, Encoding.UTF8.GetByteCount(input)),
                    Math.Max(seen.Result, Encoding.UTF8.GetByteCount(result))
                )
        );

    public void Print()
    {
        Console.WriteLine("| activity | calls | largest input | largest result |");
        Console.WriteLine("|---|---|---|---|");
        foreach (
            (string activity, (long count, int input, int result)) in _largest
                .OrderByDescending(item => item.Value.Count)
                .ThenBy(item => item.Key, StringComparer.Ordinal)
        )
        {
            Console.WriteLine($"| {activity} | {count:N0} | {input:N0} | {result:N0} |");
        }
    }
}
