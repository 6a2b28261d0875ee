namespace AlfrescoBackupFlows.Repository.Sorting;

/// <summary>Compares two records of an <see cref="ExternalSort"/>.</summary>
public delegate int SpanComparison(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);
