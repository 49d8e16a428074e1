Console.Error.WriteLine("usage: scripts/bench NAME");
return 2;
