import { dotnet } from './_framework/dotnet.js';

// Ends the process with the program's exit code.
await dotnet.run();
