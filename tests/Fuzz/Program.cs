using System.Diagnostics;
using System.Globalization;
using AlfrescoBackupFlows.Fuzz;
using SharpFuzz;

// fuzz list | run TARGET SECONDS | replay TARGET FILE | afl TARGET | libfuzzer TARGET
switch (args)
{
    case ["list"]:
        foreach (FuzzTarget known in FuzzTargets.All)
        {
            Console.WriteLine(known.Name);
        }

        return 0;
    case ["run", var name, var seconds]:
        return Run(FuzzTargets.Named(name), TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
    case ["replay", var name, var file]:
        FuzzTargets.Named(name).Run(File.ReadAllBytes(file));
        return 0;
    case ["afl", var name]:
        FuzzTarget ofAfl = FuzzTargets.Named(name);
        Fuzzer.OutOfProcess.Run(input => ofAfl.Run(ReadAll(input)));
        return 0;
    case ["libfuzzer", var name]:
        FuzzTarget ofLibFuzzer = FuzzTargets.Named(name);
        Fuzzer.LibFuzzer.Run(input => ofLibFuzzer.Run(input.ToArray()));
        return 0;
    default:
        await Console.Error.WriteLineAsync(
            "usage: list | run TARGET SECONDS | replay TARGET FILE | afl TARGET | libfuzzer TARGET"
        );
        return 2;
}

static int Run(FuzzTarget target, TimeSpan limit)
{
    int seed = Environment.TickCount;
    var mutator = new Mutator(Corpus.Of(target), seed, target.MaxLength);
    var clock = Stopwatch.StartNew();
    (TimeSpan slowest, long runs, long faults) = (TimeSpan.Zero, 0, 0);
    var seen = new HashSet<string>(StringComparer.Ordinal);
    while (clock.Elapsed < limit)
    {
        byte[] input = mutator.Next();
        TimeSpan began = clock.Elapsed;
        runs++;
        try
        {
            target.Run(input);
        }
        catch (FuzzFaultException fault)
        {
            faults++;
            if (seen.Add(fault.InnerException?.StackTrace?.Split('\n')[0] ?? "memory"))
            {
                Console.WriteLine(Save(target, input, fault.ToString()));
            }
        }

        TimeSpan took = clock.Elapsed - began;
        if (took > slowest)
        {
            slowest = took;
            if (took > TimeSpan.FromSeconds(1))
            {
                Console.WriteLine(Save(target, input, $"took {took}"));
            }
        }
    }

    Console.WriteLine(
        $"{target.Name}: {runs} inputs, {faults} faults ({seen.Count} places), slowest {slowest.TotalMilliseconds:F1} ms, seed {seed}"
    );
    return faults == 0 ? 0 : 1;
}

static string Save(FuzzTarget target, byte[] input, string what)
{
    string file = Path.Combine(Path.GetTempPath(), $"fuzz-{target.Name}-{Guid.NewGuid():n}");
    File.WriteAllBytes(file, input);
    return $"{file}: {what}";
}

static byte[] ReadAll(Stream stream)
{
    using var bytes = new MemoryStream();
    stream.CopyTo(bytes);
    return bytes.ToArray();
}
