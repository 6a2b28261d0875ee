namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>
/// Aligned columns that stay one line a row, whatever the width of the terminal, so that grep and awk can read them.
/// </summary>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    public void Add(params string[] row) => _rows.Add(row);

    /// <param name="alignRight">Columns of numbers, by position.</param>
    public void WriteTo(TextWriter writer, params int[] alignRight)
    {
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(c => _rows.Max(r => r[c].Length))];
        foreach (string[] row in _rows)
        {
            IEnumerable<string> cells = row.Select(
                (cell, c) => alignRight.Contains(c) ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c])
            );
            writer.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
