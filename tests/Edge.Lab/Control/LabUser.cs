namespace Edge.Lab.Control;

/// <summary>A person, or what stands for tagged nodes.</summary>
internal sealed record LabUser(long Id, string Login);
