include!("p.rs");
fn place(t:[u8;3])->usize{ (u32::from_le_bytes([t[0],t[1],t[2],0]).wrapping_mul(0x9E37_79B1)>>16) as usize }
fn main(){
 let d=std::fs::read("data").unwrap();
 let mut sets=Box::new([[0u16;256];3]); let mut bits=Box::new([0u64;1024]);
 let mut sets32=Box::new([[0u32;256];3]);
 for (i,p) in P.iter().enumerate(){ let b=place(**p); bits[b/64]|=1<<(b%64); for k in 0..3{ sets[k][p[k] as usize]|=1<<(i*16/P.len()); sets32[k][p[k] as usize]|=1<<(i*32/P.len());} }
 for _ in 0..3 {
 let t=std::time::Instant::now(); let mut n=0;
 { let [a,b,c]=&*sets; let mut at=0; while let Some(o)=d[at..].array_windows().position(|w:&[u8;3]| a[w[0] as usize]&b[w[1] as usize]&c[w[2] as usize]!=0 && {let p=place(*w); bits[p/64]>>(p%64)&1==1}) {n+=1; at+=o+1;} }
 println!("sets {} {:?}",n,t.elapsed());
 let t=std::time::Instant::now(); let mut n=0;
 { let mut at=0; let w1=|w:[u8;3]|{let p=place(w); bits[p/64]>>(p%64)&1};
   loop { let mut from=at; while let Some(ten)=d[from..].first_chunk::<10>(){ if (0..8).fold(0,|x,i|x|w1([ten[i],ten[i+1],ten[i+2]]))!=0 {break;} from+=8;}
   match d[from..].array_windows().position(|w:&[u8;3]|w1(*w)!=0){Some(o)=>{n+=1;at=from+o+1},None=>break}} }
 println!("mul8 {} {:?}",n,t.elapsed());
 let t=std::time::Instant::now(); let mut n=0;
 { let [a,b,c]=&*sets32; let mut at=0; 
   let ok=|w:[u8;3]| a[w[0] as usize]&b[w[1] as usize]&c[w[2] as usize];
   loop { let mut from=at; while let Some(ten)=d[from..].first_chunk::<10>(){ if (0..8).fold(0,|x,i|x|ok([ten[i],ten[i+1],ten[i+2]]))!=0 {break;} from+=8;}
   match d[from..].array_windows().position(|w:&[u8;3]|ok(*w)!=0 && {let p=place(*w); bits[p/64]>>(p%64)&1==1}){Some(o)=>{n+=1;at=from+o+1},None=>break}} }
 println!("sets8 {} {:?}",n,t.elapsed());
 // two-char 64Ki bit table
 let mut two=vec![0u64;1024]; for p in P { let k=p[0] as usize|(p[1] as usize)<<8; two[k/64]|=1<<(k%64);} let two:Box<[u64;1024]>=two.into_boxed_slice().try_into().unwrap();
 let t=std::time::Instant::now(); let mut n=0;
 { let mut at=0; let ok=|x:u8,y:u8|{let k=x as usize|(y as usize)<<8; two[k/64]>>(k%64)&1};
   loop { let mut from=at; while let Some(ten)=d[from..].first_chunk::<10>(){ if (0..8).fold(0,|x,i|x|ok(ten[i],ten[i+1]))!=0 {break;} from+=8;}
   match d[from..].array_windows().position(|w:&[u8;3]|ok(w[0],w[1])!=0 && {let p=place(*w); bits[p/64]>>(p%64)&1==1}){Some(o)=>{n+=1;at=from+o+1},None=>break}} }
 println!("two8 {} {:?}",n,t.elapsed());
 }
}
