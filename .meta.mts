import { buildSync } from 'esbuild';
import { gzipSync } from 'node:zlib';
const web = process.argv[2] ?? '/work/wt/speed/web';
const r = buildSync({bundle:true,minify:true,format:'esm',target:'es2022',legalComments:'none',jsx:'automatic',jsxImportSource:'preact',tsconfigRaw:{},absWorkingDir:web,entryPoints:['main.tsx','styles/main.css','styles/later.css'],entryNames:'assets/[name]-[hash]',chunkNames:'assets/[name]-[hash]',splitting:true,inject:['main.tsx'],outdir:'/tmp/metaout',metafile:true,define:{PARLEY:'"0.1.0"'},write:false});
for (const [p,o] of Object.entries(r.metafile.outputs)) {
  const f = r.outputFiles.find(f=>f.path.endsWith(p.split('/').pop()));
  console.log('==',p,o.bytes,gzipSync(f.contents,{level:9}).length, o.imports.map(i=>i.kind+':'+i.path.split('/').pop()).join(' '));
  for (const [i,{bytesInOutput:b}] of Object.entries(o.inputs).sort((a,b)=>b[1].bytesInOutput-a[1].bytesInOutput)) console.log('  ',b,i);
}
